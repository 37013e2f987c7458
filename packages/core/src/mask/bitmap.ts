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

export function createBitmap({ width, height }: Size): Bitmap {
  return { width, height, data: new Uint8Array(width * height) };
}
