import { dilationRatioInvalid } from '../errors.ts';
import type { Size } from '../geometry/size.ts';
import { type Bitmap, createBitmap } from '../mask/bitmap.ts';
import { erodeMask } from '../mask/erode.ts';
import { maskIou } from './overlap.ts';

export interface BoundaryOptions {
  /** Width of the boundary as a share of the image's diagonal. Default 0.02. */
  readonly dilationRatio?: number;
}

/**
 * Intersection over union of the boundaries of two masks, in [0, 1]: sensitive to the outline of large objects, where plain
 * IoU is not. Two empty masks are equal: 1 (the reference implementation divides 0 by 0).
 * Source: B. Cheng et al., Boundary IoU: Improving Object-Centric Image Segmentation Evaluation, CVPR 2021.
 */
export function boundaryIou(a: Bitmap, b: Bitmap, options: BoundaryOptions = {}): number {
  return maskIou(boundaryOfMask(a, options), boundaryOfMask(b, options));
}

/**
 * The pixels of a mask within {@link boundaryWidthPx} (chessboard distance) of what is not set; beyond the border of the image
 * nothing is set. A new bitmap. Equal to the reference implementation's `mask_to_boundary`.
 */
export function boundaryOfMask(bitmap: Bitmap, options: BoundaryOptions = {}): Bitmap {
  const eroded = erodeMask(bitmap, boundaryWidthPx(bitmap, options));
  const boundary = createBitmap(bitmap);
  for (let i = 0; i < boundary.data.length; i++) {
    boundary.data[i] = (bitmap.data[i] as number) - (eroded.data[i] as number);
  }
  return boundary;
}

/** Width of the boundary for an image of this size: an integer of 1 or more. Throws `dilation-ratio-invalid`. */
export function boundaryWidthPx(
  { width, height }: Size,
  { dilationRatio = 0.02 }: BoundaryOptions = {},
): number {
  if (!Number.isFinite(dilationRatio) || dilationRatio <= 0) throw dilationRatioInvalid(dilationRatio);
  return Math.max(1, roundHalfToEven(dilationRatio * Math.sqrt(height ** 2 + width ** 2)));
}

/** Python's `round`, which the reference uses: it decides images such as 100 x 75, where the width comes to 2.5. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
