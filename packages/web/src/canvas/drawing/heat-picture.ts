import type { HeatLayer } from '../../canvas-layers.ts';

/** From places that hardly change to those that change with every answer: clear, amber, red, dark red. */
export const HEAT_STOPS = [
  { share: 0, color: [240, 181, 74, 0] },
  { share: 0.15, color: [240, 181, 74, 120] },
  { share: 0.5, color: [226, 78, 40, 190] },
  { share: 1, color: [128, 10, 60, 225] },
] as const;

/** The colours of a heat layer, RGBA, one pixel a cell, row-major. A new array. */
export function heatPixels({ columns, rows, shares }: HeatLayer): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(columns * rows * 4);
  const table = Array.from({ length: 256 }, (_, share) => colorAt(share / 255));
  for (let cell = 0; cell < columns * rows; cell++) {
    const color = table[shares[cell] ?? 0];
    if (color !== undefined) pixels.set(color, cell * 4);
  }
  return pixels;
}

function colorAt(share: number): readonly number[] {
  const above = HEAT_STOPS.findIndex((stop) => stop.share >= share);
  const [from, to] = [
    HEAT_STOPS[Math.max(0, above - 1)] ?? HEAT_STOPS[0],
    HEAT_STOPS[above] ?? HEAT_STOPS[0],
  ];
  const part = to.share === from.share ? 1 : (share - from.share) / (to.share - from.share);
  return to.color.map((channel, at) => (from.color[at] ?? 0) + (channel - (from.color[at] ?? 0)) * part);
}
