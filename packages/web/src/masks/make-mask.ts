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
import { builtinManifests, fitImage, samplerFor } from '@calque/models';
import type { MaskSource, Stroke } from './mask-maker.ts';
import { paintStrokeInto } from './paint-stroke.ts';
import { ringsOfLogits } from './rings-of-logits.ts';
import { ringsOfMask } from './rings-of-mask.ts';
import type { ShownMask } from './shown-mask.ts';

/** The mask of a source, post-processed, measured and outlined. Throws `rle-malformed`, `postprocess-option-invalid`, … */
export function makeMask(source: MaskSource): ShownMask {
  const given = bitmapOf(source.rle);
  const steps = validatePostprocessOptions(source.postprocess);
  if (Object.keys(steps).length > 0) return shownOf(postprocess(given, steps));
  const smooth = source.kind === 'candidate' ? smoothRings(source, given) : null;
  return {
    id: maskIdOf(source.rle),
    rle: source.rle,
    rings: smooth ?? ringsOfMask(source.rle),
    outline: smooth === null ? 'pixels' : 'logits',
    measures: measureMask(given),
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
function smoothRings(
  { model, logits }: Extract<MaskSource, { kind: 'candidate' }>,
  size: Size,
): Float32Array[] | null {
  const sampler = logits === null ? null : samplerOf(model, size);
  if (logits === null || sampler === null) return null;
  return logits.length === sampler.grid.width * sampler.grid.height ? ringsOfLogits(logits, sampler) : null;
}

let last: { readonly model: string; readonly sampler: LogitsSampler } | null = null;

function samplerOf(model: string, { width, height }: Size): LogitsSampler | null {
  const { image } = last?.sampler ?? { image: null };
  if (last?.model === model && image?.width === width && image.height === height) return last.sampler;
  const manifest = builtinManifests.find(({ id }) => id === model);
  if (manifest === undefined) return null;
  last = { model, sampler: samplerFor(fitImage({ width, height }, manifest.input), manifest.input) };
  return last.sampler;
}
