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
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

function toFixed({ taps, start, count, weights }: TriangleFilter): FixedFilter {
  const fixed = Int32Array.from(weights, (weight) => Math.trunc(weight * (1 << PRECISION_BITS) + 0.5));
  return { taps, start, count, weights: fixed };
}

function resizeRows(pixels: Uint8Array, from: Size, toWidth: number): Uint8Array {
  const filter = toFixed(triangleFilter(from.width, toWidth));
  const result = new Uint8Array(from.height * toWidth * 3);
  const few = filter.count.every((used) => used <= 4);
  for (let y = 0; y < from.height; y++) {
    const source = pixels.subarray(y * from.width * 3, (y + 1) * from.width * 3);
    const row = result.subarray(y * toWidth * 3, (y + 1) * toWidth * 3);
    if (few) shrinkFewInto(row, source, filter);
    else shrinkManyInto(row, source, filter);
  }
  return result;
}

/** The usual case, when an axis shrinks to no less than half or grows. Unused taps read the first one with weight 0. */
function shrinkFewInto(
  row: Uint8Array,
  source: Uint8Array,
  { taps, start, count, weights }: FixedFilter,
): void {
  const outputs = start.length;
  for (let x = 0; x < outputs; x++) {
    const used = count[x] as number;
    const w = x * taps;
    const w0 = weights[w] as number;
    const w1 = used > 1 ? (weights[w + 1] as number) : 0;
    const w2 = used > 2 ? (weights[w + 2] as number) : 0;
    const w3 = used > 3 ? (weights[w + 3] as number) : 0;
    const i0 = (start[x] as number) * 3;
    const i1 = used > 1 ? i0 + 3 : i0;
    const i2 = used > 2 ? i0 + 6 : i0;
    const i3 = used > 3 ? i0 + 9 : i0;
    for (let c = 0; c < 3; c++) {
      const sum =
        HALF +
        (source[i0 + c] as number) * w0 +
        (source[i1 + c] as number) * w1 +
        (source[i2 + c] as number) * w2 +
        (source[i3 + c] as number) * w3;
      row[x * 3 + c] = sum >> PRECISION_BITS;
    }
  }
}

function shrinkManyInto(
  row: Uint8Array,
  source: Uint8Array,
  { taps, start, count, weights }: FixedFilter,
): void {
  const outputs = start.length;
  for (let x = 0; x < outputs; x++) {
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    let i = (start[x] as number) * 3;
    const end = x * taps + (count[x] as number);
    for (let k = x * taps; k < end; k++, i += 3) {
      const weight = weights[k] as number;
      red += (source[i] as number) * weight;
      green += (source[i + 1] as number) * weight;
      blue += (source[i + 2] as number) * weight;
    }
    row[x * 3] = red >> PRECISION_BITS;
    row[x * 3 + 1] = green >> PRECISION_BITS;
    row[x * 3 + 2] = blue >> PRECISION_BITS;
  }
}

function resizeColumns(pixels: Uint8Array, from: Size, toHeight: number): Uint8Array {
  const { taps, start, count, weights } = toFixed(triangleFilter(from.height, toHeight));
  const stride = from.width * 3;
  const result = new Uint8Array(toHeight * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < toHeight; y++) {
    const first = (start[y] as number) * stride;
    const used = count[y] as number;
    const w = y * taps;
    const row = result.subarray(y * stride, (y + 1) * stride);
    if (used <= 3) blendThreeInto(row, pixels, first, used, weights, w);
    else blendManyInto(row, sums, pixels, first, used, weights, w);
  }
  return result;
}

/** The usual case, when an axis shrinks little or grows: no sums in between. */
function blendThreeInto(
  row: Uint8Array,
  pixels: Uint8Array,
  first: number,
  used: number,
  weights: Int32Array,
  w: number,
): void {
  const stride = row.length;
  const w0 = weights[w] as number;
  const w1 = used > 1 ? (weights[w + 1] as number) : 0;
  const w2 = used > 2 ? (weights[w + 2] as number) : 0;
  const second = used > 1 ? first + stride : first;
  const third = used > 2 ? second + stride : first;
  for (let i = 0; i < stride; i++) {
    const sum =
      HALF +
      (pixels[first + i] as number) * w0 +
      (pixels[second + i] as number) * w1 +
      (pixels[third + i] as number) * w2;
    row[i] = sum >> PRECISION_BITS;
  }
}

function blendManyInto(
  row: Uint8Array,
  sums: Int32Array,
  pixels: Uint8Array,
  first: number,
  used: number,
  weights: Int32Array,
  w: number,
): void {
  const stride = row.length;
  sums.fill(HALF);
  for (let k = 0; k < used; k++) {
    const weight = weights[w + k] as number;
    const start = first + k * stride;
    for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + (pixels[start + i] as number) * weight;
  }
  for (let i = 0; i < stride; i++) row[i] = (sums[i] as number) >> PRECISION_BITS;
}
