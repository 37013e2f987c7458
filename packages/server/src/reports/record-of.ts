import {
  boxToArray,
  type PostprocessOptions,
  type PredictionRecord,
  RECORD_SCHEMA_VERSION,
  type RecordedRle,
} from '@calque/core';
import type { StoredImage, StoredPrediction } from '../storage/storage.ts';
import type { MeasuredMask } from './masks-of-states.ts';

export interface RecordParts {
  readonly image: StoredImage;
  readonly prediction: StoredPrediction;
  /** Position in the prediction's candidates. */
  readonly candidate: number;
  readonly postprocess: PostprocessOptions;
  /** Of that candidate, after post-processing. */
  readonly measured: MeasuredMask;
  /** The mask that the prompt names, whole. */
  readonly maskPrompt: RecordedRle | null;
  readonly annotationId: string;
  readonly software: PredictionRecord['software'];
}

/** What `calque replay` computes again: the answer behind a mask of the report. Null where the image was never read. */
export function recordOf(parts: RecordParts): PredictionRecord | null {
  const { image, prediction, candidate, postprocess, measured, annotationId, software } = parts;
  const chosen = prediction.candidates[candidate];
  if (chosen === undefined || image.width === null || image.height === null) return null;
  const { areaPx, perimeterPx, box, components, holes } = measured.measures;
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    id: annotationId,
    image: {
      path: image.path,
      sha256: prediction.imageSha256,
      width: image.width,
      height: image.height,
      orientation: image.orientation ?? 1,
    },
    model: { ...prediction.model, provider: prediction.provider },
    prompt: promptOf(prediction, parts.maskPrompt),
    candidates: prediction.candidates.map(({ index, score, stability, areaPx: area, box: around }) => ({
      index,
      score,
      stability,
      areaPx: area,
      box: around === null ? null : boxToArray(around),
    })),
    chosen: candidate,
    postprocess,
    mask: {
      rle: measured.rle,
      areaPx,
      perimeterPx,
      box: box === null ? null : boxToArray(box),
      components,
      holes,
      score: chosen.score,
      stability: chosen.stability,
    },
    timingsMs: { ...prediction.timingsMs, cache: prediction.cache },
    software,
    createdAt: prediction.createdAt,
  };
}

function promptOf({ prompt }: StoredPrediction, rle: RecordedRle | null): PredictionRecord['prompt'] {
  return {
    box: prompt.box === null ? null : boxToArray(prompt.box),
    points: prompt.points,
    maskInput: prompt.maskId === null || rle === null ? null : { path: '', sha256: prompt.maskId, rle },
  };
}
