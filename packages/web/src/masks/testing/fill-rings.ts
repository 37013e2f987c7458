import { type Bitmap, createBitmap, type Size } from '@calque/core';

/** The pixels whose centres lie inside the rings by the even-odd rule, row by row from the definition. */
export function fillRings(rings: readonly Float32Array[], size: Size): Bitmap {
  const bitmap = createBitmap(size);
  for (let row = 0; row < size.height; row++) {
    const crossings = rings.flatMap((ring) => crossingsOf(ring, row + 0.5)).toSorted((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil((crossings[i] as number) - 0.5));
      const to = Math.min(size.width, Math.ceil((crossings[i + 1] as number) - 0.5));
      if (from < to) bitmap.data.fill(1, row * size.width + from, row * size.width + to);
    }
  }
  return bitmap;
}

function crossingsOf(ring: Float32Array, y: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < ring.length; at += 2) {
    const next = at + 2 < ring.length ? at + 2 : 0;
    const [x0, y0] = [ring[at] as number, ring[at + 1] as number];
    const [x1, y1] = [ring[next] as number, ring[next + 1] as number];
    if (y0 <= y !== y1 <= y) found.push(x0 + ((y - y0) * (x1 - x0)) / (y1 - y0));
  }
  return found;
}
