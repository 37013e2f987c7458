import type { Size } from '@calque/core';
import { type TriangleFilter, triangleFilter } from './triangle-filter.ts';

const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * Antialiased bilinear resize of 8-bit RGB, rounded to 8 bits after each axis.
 *
 * @param pixels uint8, interleaved RGB, row-major, shape [from.height, from.width, 3], 0 … 255; only read.
 * @returns uint8, same layout, shape [to.height, to.width, 3]; a new array, also where nothing is resized.
 * Source: Pillow `Image.resize(BILINEAR)` with its fixed-point arithmetic; equal to it byte for byte.
 */
export function resizeRgb(pixels: Uint8Array, from: Size, to: Size): Uint8Array {
  const wide = from.width === to.width ? pixels : resizeRows(pixels, from, to.width);
  if (from.height === to.height) return wide === pixels ? pixels.slice() : wide;
  return resizeColumns(wide, { width: to.width, height: from.height }, to.height);
}

interface FixedFilter {
  readonly taps: number;
  readonly start: Int32Array;
  readonly weights: Int32Array;
}

function toFixed({ taps, start, weights }: TriangleFilter): FixedFilter {
  return {
    taps,
    start,
    weights: Int32Array.from(weights, (weight) => Math.trunc(weight * (1 << PRECISION_BITS) + 0.5)),
  };
}

function resizeRows(pixels: Uint8Array, from: Size, toWidth: number): Uint8Array {
  const { taps, start, weights } = toFixed(triangleFilter(from.width, toWidth));
  const result = new Uint8Array(from.height * toWidth * 3);
  for (let y = 0; y < from.height; y++) {
    const rowStart = y * from.width * 3;
    const rowEnd = rowStart + from.width * 3;
    let out = y * toWidth * 3;
    for (let x = 0; x < toWidth; x++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let i = rowStart + (start[x] as number) * 3;
      const end = (x + 1) * taps;
      for (let k = x * taps; k < end && i < rowEnd; k++, i += 3) {
        const weight = weights[k] as number;
        red += (pixels[i] as number) * weight;
        green += (pixels[i + 1] as number) * weight;
        blue += (pixels[i + 2] as number) * weight;
      }
      result[out++] = red >> PRECISION_BITS;
      result[out++] = green >> PRECISION_BITS;
      result[out++] = blue >> PRECISION_BITS;
    }
  }
  return result;
}

function resizeColumns(pixels: Uint8Array, from: Size, toHeight: number): Uint8Array {
  const { taps, start, weights } = toFixed(triangleFilter(from.height, toHeight));
  const stride = from.width * 3;
  const sums = new Int32Array(stride);
  const result = new Uint8Array(toHeight * stride);
  for (let y = 0; y < toHeight; y++) {
    sums.fill(HALF);
    const first = start[y] as number;
    for (let k = 0; k < taps && first + k < from.height; k++) {
      const weight = weights[y * taps + k] as number;
      if (weight === 0) continue;
      const rowStart = (first + k) * stride;
      for (let i = 0; i < stride; i++) {
        sums[i] = (sums[i] as number) + (pixels[rowStart + i] as number) * weight;
      }
    }
    const out = y * stride;
    for (let i = 0; i < stride; i++) result[out + i] = (sums[i] as number) >> PRECISION_BITS;
  }
  return result;
}
