import { masksDifferInSize } from '../errors.ts';
import { type Bitmap, checkBitmap, createBitmap } from '../mask/bitmap.ts';
import type { PromptPoint } from '../prompt/prompt.ts';
import { squaredDistanceTransform } from './distance-transform.ts';

/**
 * The click that a person who knows the true mask would make next: at the pixel deepest inside the largest error. Missed pixels call
 * for a foreground point, wrong ones for a background point; of the two kinds of error the one that reaches deeper is
 * taken, a tie goes to the background. Depth is the Euclidean distance to what is not of this error, the border of the image
 * included; of equally deep pixels the first in raster order is taken. Pixels clicked before do not count.
 *
 * `predicted`: the mask so far; null before the first click. Returns the centre of a pixel, or null where nothing is left to
 * correct. Throws `mask-size-mismatch` or `mask-size-invalid`.
 * Source: K. Sofiiuk, I. Petrov, A. Konushin, Reviving Iterative Training with Mask Guidance for Interactive Segmentation, 2021
 * (the clicker of the reference implementation, with padding).
 */
export function nextClick(
  truth: Bitmap,
  predicted: Bitmap | null,
  clicks: readonly PromptPoint[],
): PromptPoint | null {
  checkBitmap(truth);
  if (predicted !== null) checkPair(truth, predicted);
  const missed = deepestPixel(differenceOf(truth, predicted), clicks);
  const wrong = predicted === null ? null : deepestPixel(differenceOf(predicted, truth), clicks);
  if (missed !== null && (wrong === null || missed.squaredDepth > wrong.squaredDepth)) {
    return { x: missed.x + 0.5, y: missed.y + 0.5, label: 'foreground' };
  }
  return wrong === null ? null : { x: wrong.x + 0.5, y: wrong.y + 0.5, label: 'background' };
}

function checkPair(truth: Bitmap, predicted: Bitmap): void {
  checkBitmap(predicted);
  if (truth.width !== predicted.width || truth.height !== predicted.height) {
    throw masksDifferInSize(truth, predicted);
  }
}

/** A part of an image: a mask, and where its first pixel lies. */
interface Window {
  readonly mask: Bitmap;
  readonly x: number;
  readonly y: number;
}

/** The pixels that are in the first mask alone, cut to the box around them; null where there is none. */
function differenceOf(a: Bitmap, b: Bitmap | null): Window | null {
  const { width, height } = a;
  let [x1, y1, x2, y2] = [width, -1, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (a.data[i] === 0 || (b !== null && b.data[i] !== 0)) continue;
      if (y1 === -1) y1 = y;
      y2 = y + 1;
      if (x < x1) x1 = x;
      if (x >= x2) x2 = x + 1;
    }
  }
  if (y1 === -1) return null;
  const mask = createBitmap({ width: x2 - x1, height: y2 - y1 });
  for (let y = y1, o = 0; y < y2; y++) {
    for (let x = x1, i = y * width + x1; x < x2; x++, i++, o++) {
      mask.data[o] = a.data[i] !== 0 && (b === null || b.data[i] === 0) ? 1 : 0;
    }
  }
  return { mask, x: x1, y: y1 };
}

interface DeepPixel {
  readonly x: number;
  readonly y: number;
  readonly squaredDepth: number;
}

function deepestPixel(window: Window | null, clicks: readonly PromptPoint[]): DeepPixel | null {
  if (window === null) return null;
  const { mask, x: left, y: top } = window;
  const depths = squaredDistanceTransform(mask);
  for (const { x, y } of clicks) {
    const [column, row] = [Math.floor(x) - left, Math.floor(y) - top];
    if (column >= 0 && row >= 0 && column < mask.width && row < mask.height)
      depths[row * mask.width + column] = 0;
  }
  let best = 0;
  for (let i = 1; i < depths.length; i++) if ((depths[i] as number) > (depths[best] as number)) best = i;
  const squaredDepth = depths[best] as number;
  if (squaredDepth === 0) return null;
  return { x: left + (best % mask.width), y: top + Math.floor(best / mask.width), squaredDepth };
}
