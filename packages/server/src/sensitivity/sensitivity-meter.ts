import { randomUUID } from 'node:crypto';
import {
  base64OfBytes,
  type DeepReadonly,
  type MeasureSensitivity,
  maskIdOf,
  type ServerEvent,
  type WireSensitivity,
} from '@calque/api';
import {
  type BoxAnswer,
  type BoxVariant,
  type BoxXyxy,
  boxFamily,
  type InstabilityMap,
  measureSensitivity,
} from '@calque/core';
import type { EncodedImage, Engine, Prediction } from '@calque/engine';
import type { Dataset } from '../datasets/dataset.ts';
import type { EmbeddingKeeper } from '../embeddings/embedding-keeper.ts';
import { sensitivityNeedsBox } from '../errors.ts';
import { forRequest } from '../logging/request-context.ts';
import { toPrompt } from '../predictions/to-prompt.ts';
import { checkMask, toRle } from '../predictions/wire-rle.ts';
import type { StoredSensitivity } from '../storage/storage.ts';

export interface SensitivityMeterParts {
  readonly embeddings: EmbeddingKeeper;
  readonly tell: (event: ServerEvent) => void;
  readonly now?: () => Date;
}

type Request = DeepReadonly<MeasureSensitivity>;

/** Measures how much a mask depends on the exact box, and records it. */
export class SensitivityMeter {
  readonly #parts: SensitivityMeterParts;

  constructor(parts: SensitivityMeterParts) {
    this.#parts = parts;
  }

  /**
   * Behind whatever people do in the meantime. What it resolves to is on disk. Rejects with `sensitivity-needs-box`, with
   * `mask-…` or `rle-…` where the mask is not one of the image, and as `Engine.decodeMany` and `EmbeddingKeeper.ready` do.
   */
  async measure(
    dataset: Dataset,
    imageId: string,
    request: Request,
    signal: AbortSignal,
  ): Promise<StoredSensitivity> {
    const { box } = request.prompt;
    if (box === null) throw sensitivityNeedsBox();
    const { embeddings, now = () => new Date() } = this.#parts;
    const { engine, encoded } = await embeddings.ready(dataset, imageId, request.model, signal);
    checkMask(request.mask, encoded.image);
    const started = performance.now();
    const answers = await this.#answers(dataset, { engine, encoded, request, box }, signal);
    const { sensitivity, map } = measureSensitivity(toRle(request.mask), answers);
    const createdAt = now().toISOString();
    const record: WireSensitivity = {
      ...(await factsOf(engine, encoded, request)),
      id: randomUUID(),
      imageId,
      sensitivity: { ...sensitivity, outcomes: [...sensitivity.outcomes] },
      map: map === null ? null : wireMap(map),
      totalMs: performance.now() - started,
      createdAt,
    };
    await dataset.storage.addMask(record.maskId, request.mask, createdAt);
    await dataset.storage.addSensitivity(record);
    return record;
  }

  async #answers(
    dataset: Dataset,
    { engine, encoded, request, box }: Asked,
    signal: AbortSignal,
  ): Promise<BoxAnswer[]> {
    const { family, choice, postprocess, run } = request;
    const prompt = await toPrompt(dataset, request.prompt);
    const variants = boxFamily(box, encoded.image, family);
    const predictions = await engine.decodeMany(
      encoded,
      variants.map((variant) => ({ prompt: { ...prompt, box: variant.box }, choose: choice, postprocess })),
      {
        signal,
        ...forRequest(),
        onPrediction: (_, index) => {
          if (run === undefined) return;
          this.#parts.tell({ type: 'sensitivity-progress', run, done: index + 1, total: variants.length });
        },
      },
    );
    return predictions.map((prediction, i) => answerOf(variants[i] as BoxVariant, prediction));
  }
}

interface Asked {
  readonly engine: Engine;
  readonly encoded: EncodedImage;
  readonly request: Request;
  readonly box: BoxXyxy;
}

function answerOf(variant: BoxVariant, { mask, chosen }: Prediction): BoxAnswer {
  const { score, areaPx, perimeterPx, rle } = mask;
  return { variant, candidate: chosen, score, areaPx, perimeterPx, rle };
}

/** What was asked, of which image and which model. */
async function factsOf(engine: Engine, encoded: EncodedImage, request: Request) {
  const { id, files } = (await engine.start()).model;
  const { annotationId, prompt, choice, postprocess, mask, family } = request;
  return {
    imageSha256: encoded.image.sha256,
    annotationId,
    model: { id, files: files.map(({ name, sha256 }) => ({ name, sha256 })) },
    prompt: { ...prompt, points: [...prompt.points] },
    choice,
    postprocess,
    maskId: maskIdOf({ size: [...mask.size], counts: mask.counts }),
    family,
  };
}

function wireMap({ frame, columns, rows, shares }: InstabilityMap): NonNullable<WireSensitivity['map']> {
  return { frame, columns, rows, shares: base64OfBytes(shares) };
}
