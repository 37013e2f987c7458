import { maskSizeInvalid } from '../errors.ts';
import type { Size } from '../geometry/size.ts';

/**
 * A binary mask in memory.
 *
 * `data`: Uint8Array of width * height bytes, row-major (index = y * width + x), each byte 0 or 1.
 * Owned by whoever created it; functions that take a Bitmap never write into it unless their name ends in `Into`.
 */
export interface Bitmap extends Size {
  readonly data: Uint8Array;
}

/** Most pixels a mask may have: what 16384 x 16384 holds. Keeps a size out of a file from claiming all memory. */
export const MAX_MASK_PX: number = 2 ** 28;

/** An empty mask, owned by the caller. Throws `mask-size-invalid`. */
export function createBitmap({ width, height }: Size): Bitmap {
  checkMaskSize({ width, height });
  return { width, height, data: new Uint8Array(width * height) };
}

/** Throws `mask-size-invalid` unless both sides are integers of 1 or more and the area is at most {@link MAX_MASK_PX}. */
export function checkMaskSize({ width, height }: Size): void {
  const possible = Number.isInteger(width) && Number.isInteger(height) && width >= 1 && height >= 1;
  if (!possible || width * height > MAX_MASK_PX) {
    throw maskSizeInvalid(`${width} x ${height} pixels`, MAX_MASK_PX);
  }
}

/** Throws `mask-size-invalid` unless the size is possible and `data` has one byte a pixel. */
export function checkBitmap({ width, height, data }: Bitmap): void {
  checkMaskSize({ width, height });
  if (data.length !== width * height) {
    throw maskSizeInvalid(`${width} x ${height} pixels in ${data.length} bytes`, MAX_MASK_PX);
  }
}
