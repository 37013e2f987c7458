import type { Size } from '../geometry/size.ts';
import { type Bitmap, createBitmap } from '../mask/bitmap.ts';

/**
 * The pixels whose centre lies within the rings by the even-odd rule: a new bitmap. Rings are closed by themselves: x and y in
 * turn, image space, any finite numbers; what lies outside the image is cut off. A centre on an edge belongs to the pixel to
 * its right, or below. An edge that is walked there and back cancels out exactly. Throws `mask-size-invalid`.
 */
export function fillRings(rings: readonly ArrayLike<number>[], size: Size): Bitmap {
  const bitmap = createBitmap(size);
  for (const ring of rings) flipRingInto(bitmap, ring);
  for (let y = 0; y < size.height; y++) {
    let inside = 0;
    for (let i = y * size.width; i < (y + 1) * size.width; i++) {
      inside ^= bitmap.data[i] as number;
      bitmap.data[i] = inside;
    }
  }
  return bitmap;
}

/** Marks in each row where the ring is crossed from left to right. */
function flipRingInto(bitmap: Bitmap, ring: ArrayLike<number>): void {
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    const from = { x: ring[j] as number, y: ring[j + 1] as number };
    const to = { x: ring[i] as number, y: ring[i + 1] as number };
    // From top to bottom whichever way it is walked, so that both ways round to the same columns.
    if (from.y < to.y) flipEdgeInto(bitmap, from, to);
    else flipEdgeInto(bitmap, to, from);
  }
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

function flipEdgeInto({ width, height, data }: Bitmap, top: Corner, bottom: Corner): void {
  const firstRow = Math.max(0, Math.ceil(top.y - 0.5));
  const endRow = Math.min(height, Math.ceil(bottom.y - 0.5));
  for (let y = firstRow; y < endRow; y++) {
    const share = (y + 0.5 - top.y) / (bottom.y - top.y);
    const column = Math.max(0, Math.ceil(top.x + share * (bottom.x - top.x) - 0.5));
    if (column >= width) continue;
    const at = y * width + column;
    data[at] = (data[at] as number) ^ 1;
  }
}
