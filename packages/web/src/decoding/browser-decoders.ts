import type { Client, DecoderFacts, ModelState, WireImage, WirePrediction } from '@calque/api';
import {
  countsFromString,
  decodeRle,
  type MaskPrompt,
  type Prompt,
  type RecordedRle,
  type Size,
  validatePrompt,
} from '@calque/core';
import type { Prediction } from '@calque/engine';
import type { BrowserDecoder, BrowserModel, LoadedDecoder } from '@calque/engine/browser';
import { browserDecoderImpossible } from '../errors.ts';
import type { Clock } from '../sync/clock.ts';
import type { ImageKey } from '../sync/queue-store.ts';
import { browserPrediction } from './browser-prediction.ts';
import type { Decoder, DecoderAnswer, DecoderOptions, DecoderQuestion } from './decoder.ts';
import { isOfQuestion } from './is-of-question.ts';
import type { PredictionRecorder } from './prediction-recorder.ts';

/** The decoders that run in this page: one worker a model, used for every image. */
export interface BrowserDecoders {
  /**
   * A decoder that can answer at once on this image, which is encoded. Rejects with `browser-decoder-impossible`,
   * `model-load-failed`, an `engine-…` error, `server-unreachable` or the signal's reason.
   */
  prepare(image: ImageKey, model: string, options: { readonly signal: AbortSignal }): Promise<LocalDecoder>;
  close(): void;
}

/** A decoder in this page that has the image's embedding. */
export interface LocalDecoder extends Decoder {
  readonly runtime: Pick<LoadedDecoder, 'provider' | 'threads'>;
  /** Of the image that it holds. */
  readonly image: { readonly size: Size; readonly sha256: string };
}

export interface BrowserDecodersDeps {
  readonly client: Pick<Client, 'call'>;
  /** Starts a worker and loads the model into it. */
  readonly open: (model: BrowserModel) => Promise<BrowserDecoder>;
  readonly recorder: Pick<PredictionRecorder, 'record'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
}

export function createBrowserDecoders(deps: BrowserDecodersDeps): BrowserDecoders {
  return new WorkerDecoders(deps);
}

interface OpenModel {
  readonly id: string;
  readonly files: WirePrediction['model']['files'];
  readonly worker: BrowserDecoder;
  /** Whether the graphics processor is the better one; asked once, on the first image. */
  graphics: Promise<void> | null;
}

class WorkerDecoders implements BrowserDecoders {
  readonly #deps: BrowserDecodersDeps;
  readonly #open = new Map<string, Promise<OpenModel>>();

  constructor(deps: BrowserDecodersDeps) {
    this.#deps = deps;
  }

  async prepare(
    { datasetId, imageId }: ImageKey,
    modelId: string,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<LocalDecoder> {
    const { client } = this.#deps;
    const model = await this.#opened(modelId);
    signal.throwIfAborted();
    const params = { datasetId, imageId };
    const image = await client.call('readImage', { params, signal });
    const { size, sha256 } = requireRead(image);
    const bytes = await client.call('readEmbeddingTensors', { params, query: { model: modelId }, signal });
    const key = `${datasetId}/${imageId}/${sha256}`;
    await this.#orDiscard(model, signal, async () => {
      await model.worker.admit(key, bytes);
      model.graphics ??= model.worker.tryGraphics(key, size);
      await model.graphics;
    });
    signal.throwIfAborted();
    return this.#decoderOf(model, { key, size, sha256 });
  }

  close(): void {
    for (const opened of this.#open.values()) opened.then(({ worker }) => worker.close()).catch(() => {});
    this.#open.clear();
  }

  #decoderOf(model: OpenModel, image: HeldImage): LocalDecoder {
    return {
      where: 'browser',
      runtime: model.worker.loaded,
      image,
      predict: (question, options) => this.#predict(model, image, question, options),
    };
  }

  async #predict(
    model: OpenModel,
    image: HeldImage,
    question: DecoderQuestion,
    options: DecoderOptions,
  ): Promise<DecoderAnswer> {
    const { clock, recorder, newId } = this.#deps;
    const began = clock.now();
    const { box, points, maskId } = question.prompt;
    const mask = maskId === null ? null : await readMaskPrompt(maskId, options);
    const prompt: Prompt = { box, points, mask };
    validatePrompt(prompt, image.size);
    const request = { prompt, allMasks: !question.preview, logits: true };
    const decoded = await this.#orDiscard(model, options.signal, () =>
      model.worker.decode({ key: image.key, image: image.size, request }, options.signal),
    );
    const roundTripMs = clock.now() - began;
    const prediction = browserPrediction(question, decoded, {
      id: newId(),
      atMs: clock.now(),
      imageSha256: image.sha256,
      model,
    });
    if (!question.preview) recorder.record(question, prediction);
    const transferMs = Math.max(0, roundTripMs - decoded.timingsMs.total);
    return { prediction, logits: logitsOf(decoded, question), restOfLogits: null, roundTripMs, transferMs };
  }

  #opened(modelId: string): Promise<OpenModel> {
    const known = this.#open.get(modelId);
    if (known !== undefined) return known;
    const opened = this.#openModel(modelId);
    this.#open.set(modelId, opened);
    opened.catch(() => this.#open.delete(modelId));
    return opened;
  }

  async #openModel(modelId: string): Promise<OpenModel> {
    const { client, open } = this.#deps;
    const models = await client.call('listModels', {});
    const { decoder, files } = requireOpenable(models.find(({ id }) => id === modelId));
    const bytes = await client.call('readModelDecoder', { params: { modelId } });
    const worker = await open({ ...decoder, decoder: bytes });
    return { id: modelId, files, worker, graphics: null };
  }

  /** A worker that failed at anything but the question is not asked again: the next image gets a fresh one. */
  async #orDiscard<Value>(model: OpenModel, signal: AbortSignal, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      if (!signal.aborted && !isOfQuestion(error)) {
        this.#open.delete(model.id);
        model.worker.close();
      }
      throw error;
    }
  }
}

interface HeldImage {
  readonly key: string;
  readonly size: Size;
  readonly sha256: string;
}

function requireRead({ size, sha256 }: WireImage): { size: Size; sha256: string } {
  if (size === null || sha256 === null) throw browserDecoderImpossible('the server has not read the image');
  return { size: { width: size.width, height: size.height }, sha256 };
}

function requireOpenable(model: ModelState | undefined): {
  decoder: DecoderFacts;
  files: WirePrediction['model']['files'];
} {
  if (model?.decoder === undefined || model.files === undefined) {
    throw browserDecoderImpossible('the decoder of this model is in several files');
  }
  return { decoder: model.decoder, files: model.files };
}

async function readMaskPrompt(maskId: string, { masks, signal }: DecoderOptions): Promise<MaskPrompt> {
  return toMaskPrompt(await masks.readMask(maskId, { signal }));
}

function toMaskPrompt({ size: [height, width], counts }: RecordedRle): MaskPrompt {
  return { kind: 'bitmap', bitmap: decodeRle(countsFromString(counts, { width, height })) };
}

function logitsOf({ candidates, chosen }: Prediction, { preview }: DecoderQuestion): (Float32Array | null)[] {
  const shown = preview ? candidates.slice(chosen, chosen + 1) : candidates;
  return shown.map(({ logits }) => logits ?? null);
}
