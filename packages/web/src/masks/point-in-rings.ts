import type { ImagePoint } from '@calque/core';

/** Whether a point lies inside rings that are filled with the even-odd rule. Both in pixels of the oriented image. */
export function isPointInRings({ x, y }: ImagePoint, rings: readonly Float32Array[]): boolean {
  let inside = false;
  for (const ring of rings) {
    let [fromX, fromY] = [ring.at(-2) ?? 0, ring.at(-1) ?? 0];
    for (let at = 0; at < ring.length; at += 2) {
      const toX = ring[at] as number;
      const toY = ring[at + 1] as number;
      if (fromY > y !== toY > y && x < ((fromX - toX) * (y - toY)) / (fromY - toY) + toX) inside = !inside;
      fromX = toX;
      fromY = toY;
    }
  }
  return inside;
}
