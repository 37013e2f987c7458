import { randomUUID } from 'node:crypto';
import {
  type BatchAnswer,
  type DeepReadonly,
  float16FromFloat32,
  maskIdOf,
  type PredictionTimings,
  type PredictRequest,
  predictionKeyOf,
  type RecordPrediction,
  type WireCandidate,
  type WireLogits,
  type WirePrompt,
} from '@calque/api';
import type { BoxXyxy, PostprocessOptions } from '@calque/core';
import type { Candidate, EncodedImage, ModelPrediction, Prediction } from '@calque/engine';
import type { Dataset } from '../datasets/dataset.ts';
import type { EmbeddingKeeper } from '../embeddings/embedding-keeper.ts';
import { maskIdWrong } from '../errors.ts';
import { forRequest } from '../logging/request-context.ts';
import type { Observer } from '../observability/observer.ts';
import type { StoredMask, StoredPrediction } from '../storage/storage.ts';
import { RecentLogits } from './recent-logits.ts';
import { toPrompt } from './to-prompt.ts';
import { checkMask, toWireRle } from './wire-rle.ts';

export interface BatchRequest {
  readonly prompts: readonly DeepReadonly<WirePrompt>[];
  readonly model: string;
  readonly choice: 'best' | number;
  readonly postprocess?: PostprocessOptions;
}

/** Answers prompts and records the answers. */
export class Predictor {
  readonly #embeddings: EmbeddingKeeper;
  readonly #observer: Observer;
  readonly #now: () => Date;
  readonly #logits = new RecentLogits();

  constructor(embeddings: EmbeddingKeeper, observer: Observer, now: () => Date = () => new Date()) {
    this.#embeddings = embeddings;
    this.#observer = observer;
    this.#now = now;
  }

  /** Rejects as `Engine.decode` and `EmbeddingKeeper.ready` do. A recorded answer is on disk when this resolves. */
  async predict(
    dataset: Dataset,
    imageId: string,
    request: DeepReadonly<PredictRequest>,
    signal: AbortSignal,
  ): Promise<StoredPrediction> {
    const { engine, encoded, waited } = await this.#embeddings.ready(dataset, imageId, request.model, signal);
    const wanted = request.logits ?? 'all';
    const prediction = await engine.decode(
      encoded,
      {
        prompt: await toPrompt(dataset, request.prompt),
        allMasks: request.preview !== true,
        logits: wanted !== 'none',
      },
      {
        signal,
        ...forRequest(),
        ...(request.session === undefined ? {} : { session: request.session }),
      },
    );
    const answer = this.#toWire({ encoded, waited, prediction, imageId, request });
    if (request.preview === true) {
      this.#observer.predicted({ prediction: answer, kind: 'preview' });
      return answer;
    }
    await dataset.storage.addPrediction(answer, request.annotationId ?? null);
    this.#observer.predicted({ prediction: answer, kind: 'recorded' });
    const logits = prediction.candidates.flatMap((candidate) => candidate.logits ?? []);
    if (logits.length > 0) this.#logits.keep(answer.id, `${dataset.id}/${imageId}`, logits);
    return answer;
  }

  /** Of an answer that was given just now, as `RecentLogits.read`. */
  async logits(dataset: Dataset, imageId: string, predictionId: string): Promise<Buffer> {
    const { id } = await dataset.image(imageId);
    return this.#logits.read(predictionId, `${dataset.id}/${id}`);
  }

  /** Behind whatever people do in the meantime. */
  async predictBatch(
    dataset: Dataset,
    imageId: string,
    { prompts, model, choice, postprocess }: BatchRequest,
    signal: AbortSignal,
  ): Promise<BatchAnswer[]> {
    const { engine, encoded } = await this.#embeddings.ready(dataset, imageId, model, signal);
    const options = postprocess === undefined ? {} : { postprocess };
    const requests = await Promise.all(
      prompts.map(async (prompt) => ({
        prompt: await toPrompt(dataset, prompt),
        choose: choice,
        ...options,
      })),
    );
    const predictions = await engine.decodeMany(encoded, requests, { signal, ...forRequest() });
    return predictions.map(({ mask: { score, stability, areaPx, rle } }) => {
      return { score, stability, areaPx, rle: toWireRle(rle) };
    });
  }

  /** Records what a page has computed. Rejects with `image-changed` where it has seen another file. */
  async record(
    dataset: Dataset,
    imageId: string,
    { annotationId, ...prediction }: DeepReadonly<RecordPrediction>,
  ): Promise<StoredPrediction> {
    const image = await dataset.requireSame(imageId, prediction.imageSha256);
    for (const { rle } of prediction.candidates) checkMask(rle, image);
    const candidates = prediction.candidates.map(({ logits: _, ...rest }) => rest);
    const recorded = { ...prediction, candidates, imageId };
    await dataset.storage.addPrediction(recorded, annotationId ?? null);
    this.#observer.predicted({ prediction: recorded, kind: 'recorded' });
    return recorded;
  }

  /** Stores a mask of an image. Rejects with `mask-…` or `rle-…` where it is not what it says. */
  async storeMask(dataset: Dataset, imageId: string, maskId: string, mask: StoredMask): Promise<void> {
    const image = await dataset.image(imageId);
    const known = image.width === null ? await dataset.examined(imageId) : image;
    checkMask(mask, known);
    const actual = maskIdOf(mask);
    if (actual !== maskId) throw maskIdWrong(maskId, actual);
    await dataset.storage.addMask(maskId, mask, this.#now().toISOString());
  }

  #toWire({ encoded, waited, prediction, imageId, request }: Answered): StoredPrediction {
    const { id, files } = prediction.model;
    const model = { id, files: files.map(({ name, sha256 }) => ({ name, sha256 })) };
    const { candidates } = prediction;
    const shown =
      request.preview === true ? candidates.slice(prediction.chosen, prediction.chosen + 1) : candidates;
    const imageSha256 = encoded.image.sha256;
    return {
      id: randomUUID(),
      key: predictionKeyOf({ imageSha256, model, prompt: request.prompt }),
      imageId,
      imageSha256,
      model,
      prompt: request.prompt,
      candidates: shown.map((candidate) => toWireCandidate(candidate, prediction, request.logits ?? 'all')),
      best: request.preview === true ? 0 : prediction.chosen,
      where: 'server',
      provider: prediction.provider,
      cache: waited ? encoded.cache : 'memory',
      timingsMs: timingsOf(encoded, prediction, waited),
      createdAt: this.#now().toISOString(),
    };
  }
}

interface Answered {
  readonly encoded: EncodedImage;
  readonly waited: boolean;
  readonly prediction: ModelPrediction;
  readonly imageId: string;
  readonly request: DeepReadonly<PredictRequest>;
}

/** Reading and encoding count in the answer that waited for them, and in no other. */
function timingsOf(encoded: EncodedImage, { timingsMs }: Prediction, waited: boolean): PredictionTimings {
  const nothing = { queue: 0, read: 0, preprocess: 0, encode: 0, total: 0 };
  const before = waited ? encoded.timingsMs : nothing;
  return {
    queue: before.queue + timingsMs.queue,
    read: before.read,
    preprocess: before.preprocess,
    encode: before.encode,
    decode: timingsMs.decode,
    postprocess: timingsMs.postprocess,
    measure: timingsMs.measure,
    total: before.total + timingsMs.total,
  };
}

function toWireCandidate(
  { index, score, stability, mask = undefined, logits }: Candidate,
  { chosen, mask: chosenMask }: Prediction,
  wanted: 'all' | 'best' | 'none',
): WireCandidate {
  const measured = mask ?? chosenMask;
  const hasLogits = logits !== undefined && (wanted === 'all' || (wanted === 'best' && index === chosen));
  return {
    index,
    score,
    stability,
    areaPx: measured.areaPx,
    perimeterPx: measured.perimeterPx,
    box: measured.box === null ? null : plainBox(measured.box),
    components: measured.components,
    holes: measured.holes,
    rle: toWireRle(measured.rle),
    ...(hasLogits ? { logits: toWireLogits(logits) } : {}),
  };
}

function plainBox({ x1, y1, x2, y2 }: BoxXyxy): BoxXyxy {
  return { x1, y1, x2, y2 };
}

function toWireLogits(logits: Float32Array): WireLogits {
  return { side: Math.round(Math.sqrt(logits.length)), float16: float16FromFloat32(logits) };
}
