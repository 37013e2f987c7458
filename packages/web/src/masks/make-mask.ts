import { maskIdOf } from '@calque/api';
import {
  type Bitmap,
  countsFromString,
  countsToString,
  createBitmap,
  decodeRle,
  encodeRle,
  type LogitsSampler,
  measureMask,
  postprocess,
  type RecordedRle,
  type Size,
  validatePostprocessOptions,
} from '@calque/core';
import { fitImage, type InputSpec, samplerFor } from '@calque/models';
import type { MaskSource, Stroke } from './mask-maker.ts';
import { paintStrokeInto } from './paint-stroke.ts';
import { ringsOfLogits } from './rings-of-logits.ts';
import { ringsOfMask } from './rings-of-mask.ts';
import type { ShownMask } from './shown-mask.ts';

/** The mask of a source, post-processed, measured and outlined. Throws `rle-malformed`, `postprocess-option-invalid`, … */
export function makeMask(source: MaskSource): ShownMask {
  const steps = validatePostprocessOptions(source.postprocess);
  if (Object.keys(steps).length > 0) return shownOf(postprocess(bitmapOf(source.rle), steps));
  const smooth = source.kind === 'candidate' ? smoothRings(source) : null;
  return {
    id: maskIdOf(source.rle),
    rle: source.rle,
    rings: smooth ?? ringsOfMask(source.rle),
    outline: smooth === null ? 'pixels' : 'logits',
    measures: source.kind === 'candidate' ? source.measures : measureMask(bitmapOf(source.rle)),
  };
}

/** The mask after one stroke. Throws `rle-malformed`, … */
export function makePainted(stroke: Stroke): ShownMask {
  const bitmap = stroke.base === null ? createBitmap(stroke.size) : bitmapOf(stroke.base);
  paintStrokeInto(bitmap, stroke);
  return shownOf(bitmap);
}

function shownOf(bitmap: Bitmap): ShownMask {
  const { size, counts } = encodeRle(bitmap);
  const rle: RecordedRle = { size: [size.height, size.width], counts: countsToString({ size, counts }) };
  return {
    id: maskIdOf(rle),
    rle,
    rings: ringsOfMask(rle),
    outline: 'pixels',
    measures: measureMask(bitmap),
  };
}

function bitmapOf({ size: [height, width], counts }: RecordedRle): Bitmap {
  return decodeRle(countsFromString(counts, { width, height }));
}

/** Null where there are no logits, or where nothing says how the model's frame lies on the image. */
function smoothRings({
  input,
  logits,
  rle: {
    size: [height, width],
  },
}: Extract<MaskSource, { kind: 'candidate' }>): Float32Array[] | null {
  if (logits === null || input === null) return null;
  const sampler = samplerOf(input, { width, height });
  return logits.length === sampler.grid.width * sampler.grid.height ? ringsOfLogits(logits, sampler) : null;
}

let last: { readonly input: string; readonly sampler: LogitsSampler } | null = null;

/** Every mask comes with a copy of the same few numbers. */
function samplerOf(input: InputSpec, { width, height }: Size): LogitsSampler {
  const key = JSON.stringify(input);
  const { image } = last?.sampler ?? { image: null };
  if (last?.input === key && image?.width === width && image.height === height) return last.sampler;
  last = { input: key, sampler: samplerFor(fitImage({ width, height }, input), input) };
  return last.sampler;
}
