import {
  type Bitmap,
  countsFromString,
  countsToString,
  decodeRle,
  encodeRle,
  type MaskMeasures,
  measureMask,
  type PostprocessOptions,
  postprocess,
  type RecordedRle,
  type Rle,
} from '@calque/core';
import type { StoredMask, StoredPrediction } from '../storage/storage.ts';

/** Where a mask comes from: the answer of a model or stored pixels, and what is done to it. */
export interface MaskSource {
  readonly rle: StoredMask;
  readonly postprocess: PostprocessOptions;
}

export interface MeasuredMask {
  readonly rle: RecordedRle;
  readonly measures: MaskMeasures;
}

export function rleOf({ size: [height, width], counts }: StoredMask): Rle {
  return countsFromString(counts, { width, height });
}

/** The mask as people see it. */
export function bitmapOf({ rle, postprocess: options }: MaskSource): Bitmap {
  const bitmap = decodeRle(rleOf(rle));
  return isOff(options) ? bitmap : postprocess(bitmap, options);
}

/** Of an answer without post-processing the recorded measures are taken: they were made from the same pixels. */
export function measuredCandidate(
  candidate: StoredPrediction['candidates'][number],
  options: PostprocessOptions,
): MeasuredMask {
  if (!isOff(options)) return measuredSource({ rle: candidate.rle, postprocess: options });
  const { areaPx, perimeterPx, box, components, holes } = candidate;
  return { rle: candidate.rle, measures: { areaPx, perimeterPx, box, components, holes } };
}

export function measuredSource(source: MaskSource): MeasuredMask {
  const bitmap = bitmapOf(source);
  const rle = encodeRle(bitmap);
  const { width, height } = rle.size;
  return { rle: { size: [height, width], counts: countsToString(rle) }, measures: measureMask(bitmap) };
}

function isOff(options: PostprocessOptions): boolean {
  return !Object.values(options).some((value) => typeof value === 'number' && value > 0);
}
