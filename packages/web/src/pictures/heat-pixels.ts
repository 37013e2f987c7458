import type { HeatLayer } from '../canvas-layers.ts';

/**
 * The colours of a heat layer: RGBA, one pixel a cell, row-major, 0 to 255, not premultiplied; a new array. Cells that no
 * answer changes are clear; the others go from yellow to red, and the more they change the more opaque they are.
 */
export function heatPixels({ shares }: Pick<HeatLayer, 'shares'>): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(shares.length * 4);
  shares.forEach((share, cell) => {
    const opacity = share === 0 ? 0 : 110 + Math.round((share * 130) / 255);
    pixels.set([255, Math.round(220 * (1 - share / 255)), 30, opacity], cell * 4);
  });
  return pixels;
}
