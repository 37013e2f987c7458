import type { BoxXyxy } from '../geometry/box.ts';
import type { Bitmap } from '../mask/bitmap.ts';
import { stabilityScore } from '../metrics/stability-score.ts';
import type { LogitsSampler } from './logits-sampler.ts';

export interface LogitsSummary {
  /** Pixels of the image whose interpolated logit is over the threshold. */
  readonly areaPx: number;
  readonly box: BoxXyxy | null;
  /** {@link stabilityScore} of the logits at image size. */
  readonly stability: number;
}

export interface ScanOptions {
  /** Default 0. */
  readonly threshold?: number;
  /** Default 1. */
  readonly stabilityOffset?: number;
}

/**
 * Interpolates logits to image size and measures what is over the threshold, without storing the enlarged logits.
 *
 * @param logits float32, row-major, shape [grid.height, grid.width], unbounded; only read.
 * @param bitmap of `sampler.image` size and all zeros; the pixels over the threshold are set to 1. Null: only measure.
 *
 * A bilinear value lies between those it is made from, so wherever all of these agree, a whole run of pixels is
 * decided at once; only runs that a contour passes are interpolated pixel by pixel.
 */
export function scanLogitsInto(
  bitmap: Bitmap | null,
  logits: Float32Array,
  sampler: LogitsSampler,
  options: ScanOptions = {},
): LogitsSummary {
  const threshold = options.threshold ?? 0;
  const offset = options.stabilityOffset ?? 1;
  const high = threshold + offset;
  const low = threshold - offset;
  const { width } = sampler.image;
  const gridWidth = sampler.grid.width;
  const segments = sampler.xRuns;
  const segmentCount = segments.length - 1;
  const { base: baseX, weights: weightsX } = sampler.x;
  const { base: baseY, weights: weightsY } = sampler.y;
  const active = activeColumns(logits, sampler, low);
  const row = new Float32Array(gridWidth);
  let area = 0;
  let highArea = 0;
  let lowArea = 0;
  let x1 = width;
  let x2 = 0;
  let y1 = -1;
  let y2 = 0;

  for (let y = 0; y < sampler.image.height; y++) {
    const top = baseY[y] as number;
    const first = Math.min(
      active.first[top] as number,
      active.first[top + 1] as number,
      active.first[top + 2] as number,
    );
    const last = Math.max(
      active.last[top] as number,
      active.last[top + 1] as number,
      active.last[top + 2] as number,
    );
    if (first > last) continue;
    const v0 = weightsY[3 * y] as number;
    const v1 = weightsY[3 * y + 1] as number;
    const v2 = weightsY[3 * y + 2] as number;
    const r0 = top * gridWidth;
    const r1 = r0 + gridWidth;
    const r2 = r1 + gridWidth;
    const from = Math.max(0, first - 2);
    const to = Math.min(gridWidth - 1, last + 2);
    for (let i = from; i <= to; i++) {
      row[i] =
        v0 * (logits[r0 + i] as number) + v1 * (logits[r1 + i] as number) + v2 * (logits[r2 + i] as number);
    }
    const rowStart = y * width;
    let rowArea = 0;
    for (let s = 0; s < segmentCount; s++) {
      const begin = segments[s] as number;
      const b = baseX[begin] as number;
      if (b + 2 < first) continue;
      if (b > last) break;
      const end = segments[s + 1] as number;
      const a0 = row[b] as number;
      const a1 = row[b + 1] as number;
      const a2 = row[b + 2] as number;
      if (a0 > high && a1 > high && a2 > high) {
        const length = end - begin;
        highArea += length;
        lowArea += length;
        rowArea += length;
        if (begin < x1) x1 = begin;
        if (end > x2) x2 = end;
        if (bitmap !== null) bitmap.data.fill(1, rowStart + begin, rowStart + end);
        continue;
      }
      if (a0 <= low && a1 <= low && a2 <= low) continue;
      for (let x = begin; x < end; x++) {
        const w = 3 * x;
        const value =
          (weightsX[w] as number) * a0 + (weightsX[w + 1] as number) * a1 + (weightsX[w + 2] as number) * a2;
        if (value <= low) continue;
        lowArea++;
        if (value > high) highArea++;
        if (value <= threshold) continue;
        rowArea++;
        if (x < x1) x1 = x;
        if (x >= x2) x2 = x + 1;
        if (bitmap !== null) bitmap.data[rowStart + x] = 1;
      }
    }
    if (rowArea > 0) {
      area += rowArea;
      if (y1 < 0) y1 = y;
      y2 = y + 1;
    }
  }
  return {
    areaPx: area,
    box: area === 0 ? null : { x1, y1, x2, y2 },
    stability: stabilityScore({ strictPx: highArea, loosePx: lowArea }),
  };
}

/**
 * Logits at image size. Exact but slow; {@link scanLogitsInto} gives the same mask without the memory.
 *
 * @param logits float32, row-major, shape [grid.height, grid.width].
 * @returns float32, row-major, shape [image.height, image.width]; owned by the caller.
 */
export function upsampleLogits(logits: Float32Array, sampler: LogitsSampler): Float32Array {
  const { width, height } = sampler.image;
  const { base: baseX, weights: weightsX } = sampler.x;
  const { base: baseY, weights: weightsY } = sampler.y;
  const gridWidth = sampler.grid.width;
  const row = new Float32Array(gridWidth);
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (baseY[y] as number) * gridWidth;
    for (let i = 0; i < gridWidth; i++) {
      row[i] =
        (weightsY[3 * y] as number) * (logits[start + i] as number) +
        (weightsY[3 * y + 1] as number) * (logits[start + gridWidth + i] as number) +
        (weightsY[3 * y + 2] as number) * (logits[start + 2 * gridWidth + i] as number);
    }
    for (let x = 0; x < width; x++) {
      const b = baseX[x] as number;
      result[y * width + x] =
        (weightsX[3 * x] as number) * (row[b] as number) +
        (weightsX[3 * x + 1] as number) * (row[b + 1] as number) +
        (weightsX[3 * x + 2] as number) * (row[b + 2] as number);
    }
  }
  return result;
}

/** For each grid row, the first and last column over `low`; first > last where there is none. */
function activeColumns(
  logits: Float32Array,
  { grid }: LogitsSampler,
  low: number,
): { first: Int32Array; last: Int32Array } {
  const first = new Int32Array(grid.height).fill(grid.width);
  const last = new Int32Array(grid.height).fill(-1);
  for (let y = 0; y < grid.height; y++) {
    const start = y * grid.width;
    let left = 0;
    while (left < grid.width && (logits[start + left] as number) <= low) left++;
    if (left === grid.width) continue;
    let right = grid.width - 1;
    while ((logits[start + right] as number) <= low) right--;
    first[y] = left;
    last[y] = right;
  }
  return { first, last };
}
