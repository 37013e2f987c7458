import { type Bitmap, createBitmap } from './bitmap.ts';
import { boxOfRuns, rowRunsOf } from './row-runs.ts';

/** The largest radius for which the weighted sums fit 32 bits. */
export const MAX_SMOOTH_RADIUS_PX = 100;

/**
 * Rounds the outline off: every pixel takes the value that holds the larger share of its neighbourhood, weighted as by two
 * box blurs of radiusPx one after the other (close to a Gaussian with a deviation of (2 * radiusPx + 1) / 2.45). Spikes and
 * gaps of about radiusPx go, corners get that radius. Integer arithmetic: the same on every machine.
 *
 * Since the weights are symmetric about the pixel, a straight edge stays exactly where it is, in any direction; since the
 * larger share decides, mask and background are treated alike; since the weights add up to an odd number, there is no
 * draw. The image goes on beyond its border as its outermost pixels.
 * `radiusPx`: integer from 0 to {@link MAX_SMOOTH_RADIUS_PX}. A new bitmap.
 */
export function smoothMask(bitmap: Bitmap, radiusPx: number): Bitmap {
  const smoothed = createBitmap(bitmap);
  const box = boxOfRuns(rowRunsOf(bitmap));
  if (box === null) return smoothed;
  // The two blurs together: weights fall linearly to 0 at reach + 1.
  const reach = 2 * radiusPx;
  // Nothing outside the mask's box can hold the larger share; the margin is what the sums look at.
  const region: Region = {
    x1: Math.max(0, box.x1 - reach),
    y1: Math.max(0, box.y1 - reach),
    x2: Math.min(bitmap.width, box.x2 + reach),
    y2: Math.min(bitmap.height, box.y2 + reach),
  };
  const sums = sumsAlongX(bitmap, region, reach);
  thresholdAlongYInto(smoothed, sums, region, reach);
  return smoothed;
}

interface Region {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * Tent-weighted sums along each row of the region: Uint16, row-major, (x2 - x1) wide. From one pixel to the next the sum gains
 * the reach + 1 values to the right of it and loses the reach + 1 values up to it.
 */
function sumsAlongX({ data, width }: Bitmap, region: Region, reach: number): Uint16Array {
  const columns = region.x2 - region.x1;
  const sums = new Uint16Array(columns * (region.y2 - region.y1));
  // The row with its outermost values repeated: index k + reach holds the value at column k of the region.
  const row = new Uint8Array(columns + 2 * reach + 2);
  for (let y = region.y1, at = 0; y < region.y2; y++) {
    const begin = y * width + region.x1;
    row.fill(data[begin] as number, 0, reach);
    row.set(data.subarray(begin, begin + columns), reach);
    row.fill(data[begin + columns - 1] as number, reach + columns);
    let left = 0;
    let right = 0;
    let sum = 0;
    for (let k = 0; k <= reach; k++) {
      left += row[k] as number;
      right += row[k + reach + 1] as number;
      sum += (k + 1) * (row[k] as number) + (reach - k) * (row[k + reach + 1] as number);
    }
    for (let x = 0; x < columns; x++) {
      sums[at++] = sum;
      sum += right - left;
      const entering = row[x + reach + 1] as number;
      left += entering - (row[x] as number);
      right += (row[Math.min(x + 2 * reach + 2, row.length - 1)] as number) - entering;
    }
  }
  return sums;
}

/** The same sums along y, a whole row at a time, compared with half of all weights. */
function thresholdAlongYInto(target: Bitmap, sums: Uint16Array, region: Region, reach: number): void {
  const columns = region.x2 - region.x1;
  const lastRow = region.y2 - region.y1 - 1;
  const rowAt = (k: number): number => Math.min(Math.max(k, 0), lastRow) * columns;
  const sum = new Int32Array(columns);
  const above = new Int32Array(columns);
  const below = new Int32Array(columns);
  for (let k = 0; k <= reach; k++) {
    const upper = rowAt(k - reach);
    const lower = rowAt(k + 1);
    for (let x = 0; x < columns; x++) {
      const up = sums[upper + x] as number;
      const down = sums[lower + x] as number;
      above[x] = (above[x] as number) + up;
      below[x] = (below[x] as number) + down;
      sum[x] = (sum[x] as number) + (k + 1) * up + (reach - k) * down;
    }
  }
  const half = (reach + 1) ** 4 / 2;
  for (let y = 0; y <= lastRow; y++) {
    const offset = (region.y1 + y) * target.width + region.x1;
    const entering = rowAt(y + 1);
    const leaving = rowAt(y - reach);
    const ahead = rowAt(y + reach + 2);
    for (let x = 0; x < columns; x++) {
      const total = sum[x] as number;
      target.data[offset + x] = total > half ? 1 : 0;
      const middle = sums[entering + x] as number;
      sum[x] = total + (below[x] as number) - (above[x] as number);
      above[x] = (above[x] as number) + middle - (sums[leaving + x] as number);
      below[x] = (below[x] as number) + (sums[ahead + x] as number) - middle;
    }
  }
}
