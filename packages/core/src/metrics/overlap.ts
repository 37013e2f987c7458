import { masksDifferInSize } from '../errors.ts';
import type { Size } from '../geometry/size.ts';
import { type Bitmap, checkBitmap } from '../mask/bitmap.ts';
import { checkRle, type Rle, rleArea } from '../mask/rle.ts';

/** What two masks of one size have in common. */
export interface MaskOverlap {
  readonly intersectionPx: number;
  readonly unionPx: number;
}

/** Throws `mask-size-mismatch` or `mask-size-invalid`. */
export function maskOverlap(a: Bitmap, b: Bitmap): MaskOverlap {
  checkSameSize(a, b);
  checkBitmap(a);
  checkBitmap(b);
  const dataA = a.data;
  const dataB = b.data;
  let intersectionPx = 0;
  let unionPx = 0;
  for (let i = 0; i < dataA.length; i++) {
    intersectionPx += (dataA[i] as number) & (dataB[i] as number);
    unionPx += (dataA[i] as number) | (dataB[i] as number);
  }
  return { intersectionPx, unionPx };
}

/**
 * Overlap of two encoded masks, without decoding them: time in proportion to their runs.
 * Throws `mask-size-mismatch`, `mask-size-invalid` or `rle-malformed`.
 */
export function rleOverlap(a: Rle, b: Rle): MaskOverlap {
  checkSameSize(a.size, b.size);
  checkRle(a);
  checkRle(b);
  let intersectionPx = 0;
  let indexA = 0;
  let indexB = 0;
  let leftA = a.counts[0] as number;
  let leftB = b.counts[0] as number;
  while (indexA < a.counts.length && indexB < b.counts.length) {
    const shared = Math.min(leftA, leftB);
    if ((indexA & indexB & 1) === 1) intersectionPx += shared;
    leftA -= shared;
    leftB -= shared;
    if (leftA === 0) leftA = a.counts[++indexA] ?? 0;
    if (leftB === 0) leftB = b.counts[++indexB] ?? 0;
  }
  return { intersectionPx, unionPx: rleArea(a) + rleArea(b) - intersectionPx };
}

/** Intersection over union, in [0, 1]. Two empty masks are equal: 1. */
export function maskIou(a: Bitmap, b: Bitmap): number {
  return iouOfOverlap(maskOverlap(a, b));
}

/** Dice coefficient (F1), in [0, 1]. Two empty masks are equal: 1. */
export function maskDice(a: Bitmap, b: Bitmap): number {
  return diceOfOverlap(maskOverlap(a, b));
}

/** As {@link maskIou}, on encoded masks. */
export function rleIou(a: Rle, b: Rle): number {
  return iouOfOverlap(rleOverlap(a, b));
}

/** As {@link maskDice}, on encoded masks. */
export function rleDice(a: Rle, b: Rle): number {
  return diceOfOverlap(rleOverlap(a, b));
}

function iouOfOverlap({ intersectionPx, unionPx }: MaskOverlap): number {
  return unionPx === 0 ? 1 : intersectionPx / unionPx;
}

/** The two areas add up to union plus intersection. */
function diceOfOverlap({ intersectionPx, unionPx }: MaskOverlap): number {
  return unionPx === 0 ? 1 : (2 * intersectionPx) / (unionPx + intersectionPx);
}

function checkSameSize(a: Size, b: Size): void {
  if (a.width !== b.width || a.height !== b.height) throw masksDifferInSize(a, b);
}
