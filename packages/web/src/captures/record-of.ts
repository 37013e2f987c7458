import type { WireCandidate, WireImage, WirePrediction } from '@calque/api';
import {
  boxToArray,
  type PredictionRecord,
  RECORD_SCHEMA_VERSION,
  type RecordedPrompt,
  type RecordedRle,
} from '@calque/core';
import type { AnnotationView } from '../editor/editor-state.ts';

export interface RecordParts {
  readonly image: WireImage;
  readonly view: AnnotationView;
  /** The mask that `prompt.maskId` names, whole. */
  readonly maskPrompt: RecordedRle | null;
  readonly version: string;
}

/**
 * The record of an object's mask, which `calque replay` computes again. Null where no model made the mask, since a painted one
 * cannot be replayed, and where the image was not looked at yet.
 */
export function recordOf({ image, view, maskPrompt, version }: RecordParts): PredictionRecord | null {
  const { prediction, candidate, mask, annotation } = view;
  const chosen = candidate === null ? undefined : prediction?.candidates[candidate];
  if (prediction === null || chosen === undefined || mask === null || candidate === null) return null;
  if (image.size === null || image.orientation === undefined || annotation.editedMask !== null) return null;
  const { areaPx, perimeterPx, box, components, holes } = mask.measures;
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    id: annotation.id,
    image: {
      path: image.path,
      sha256: prediction.imageSha256,
      width: image.size.width,
      height: image.size.height,
      orientation: image.orientation,
    },
    model: { ...prediction.model, provider: prediction.provider },
    prompt: promptOf(prediction, maskPrompt),
    candidates: prediction.candidates.map(recordedCandidate),
    chosen: candidate,
    postprocess: annotation.postprocess,
    mask: {
      rle: mask.rle,
      areaPx,
      perimeterPx,
      box: box === null ? null : boxToArray(box),
      components,
      holes,
      score: chosen.score,
      stability: chosen.stability,
    },
    timingsMs: { ...prediction.timingsMs, cache: prediction.cache },
    software: { name: 'calque', version },
    createdAt: prediction.createdAt,
  };
}

function promptOf({ prompt }: WirePrediction, maskPrompt: RecordedRle | null): RecordedPrompt {
  return {
    box: prompt.box === null ? null : boxToArray(prompt.box),
    points: prompt.points,
    maskInput:
      prompt.maskId === null || maskPrompt === null
        ? null
        : { path: '', sha256: prompt.maskId, rle: maskPrompt },
  };
}

function recordedCandidate({ index, score, stability, areaPx, box }: WireCandidate) {
  return { index, score, stability, areaPx, box: box === null ? null : boxToArray(box) };
}
