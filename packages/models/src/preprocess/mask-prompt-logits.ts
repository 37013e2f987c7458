import type { Bitmap } from '@calque/core';
import type { InputSpec } from '../manifest/manifest.ts';
import type { Fit } from './fit.ts';
import { triangleFilter } from './triangle-filter.ts';

const INSIDE = 10;
const OUTSIDE = -10;

/**
 * A binary mask as the low-resolution logits that a decoder takes as its mask input.
 *
 * Pixels become +10 and -10, averaged (antialiased) down to the logits grid; what the image does not cover is -10.
 * Source: SAM 2 `sam2/modeling/sam2_base.py`, `_use_mask_as_output` (scale 20, bias -10).
 *
 * @returns float32, row-major, shape [logits.height, logits.width], -10 … 10; owned by the caller.
 */
export function maskPromptLogits(bitmap: Bitmap, fit: Fit, spec: InputSpec): Float32Array {
  const grid = spec.logits;
  const filled = {
    width: Math.max(1, Math.round((fit.scaled.width * grid.width) / fit.input.width)),
    height: Math.max(1, Math.round((fit.scaled.height * grid.height) / fit.input.height)),
  };
  const fx = triangleFilter(bitmap.width, filled.width);
  const fy = triangleFilter(bitmap.height, filled.height);
  const result = new Float32Array(grid.width * grid.height).fill(OUTSIDE);
  const rows = new Map<number, Float64Array>();
  for (let y = 0; y < filled.height; y++) {
    const first = fy.start[y] as number;
    const sums = new Float64Array(filled.width);
    for (let k = 0; k < fy.taps; k++) {
      const weight = fy.weights[y * fy.taps + k] as number;
      if (weight === 0) continue;
      const row = rows.get(first + k) ?? shrinkRow(bitmap, first + k, fx, filled.width);
      rows.set(first + k, row);
      for (let x = 0; x < filled.width; x++) sums[x] = (sums[x] as number) + weight * (row[x] as number);
    }
    for (const done of rows.keys()) if (done < first) rows.delete(done);
    for (let x = 0; x < filled.width; x++) {
      result[y * grid.width + x] = OUTSIDE + (INSIDE - OUTSIDE) * (sums[x] as number);
    }
  }
  return result;
}

function shrinkRow(
  bitmap: Bitmap,
  y: number,
  filter: ReturnType<typeof triangleFilter>,
  width: number,
): Float64Array {
  const row = new Float64Array(width);
  const start = y * bitmap.width;
  for (let x = 0; x < width; x++) {
    const from = start + (filter.start[x] as number);
    let sum = 0;
    for (let k = 0; k < filter.taps; k++) {
      const weight = filter.weights[x * filter.taps + k] as number;
      if (weight !== 0) sum += weight * (bitmap.data[from + k] as number);
    }
    row[x] = sum;
  }
  return row;
}
