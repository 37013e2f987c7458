import type { Size } from '@calque/core';

export interface RgbPixels extends Size {
  /** uint8, interleaved RGB, row-major. */
  readonly pixels: Uint8Array;
}

/**
 * Where row 0 and column 0 of the stored pixels are on the picture as it is seen, by orientation from 1 on.
 * Source: EXIF 2.32, tag 274.
 */
const SIDES = [
  ['top', 'left'],
  ['top', 'right'],
  ['bottom', 'right'],
  ['bottom', 'left'],
  ['left', 'top'],
  ['right', 'top'],
  ['right', 'bottom'],
  ['left', 'bottom'],
] as const;

/** The pixels as a camera stores them that was held in that orientation. Owned by the caller. */
export function storedAs(upright: RgbPixels, orientation: number): RgbPixels {
  const [row, column] = SIDES[orientation - 1] ?? ['top', 'left'];
  const turned = row === 'left' || row === 'right';
  const width = turned ? upright.height : upright.width;
  const height = turned ? upright.width : upright.height;
  const pixels = new Uint8Array(upright.pixels.length);
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) {
      const along = { row: fromSide(row, r, upright), column: fromSide(column, c, upright) };
      const [x, y] = turned ? [along.row, along.column] : [along.column, along.row];
      const from = (y * upright.width + x) * 3;
      pixels.set(upright.pixels.subarray(from, from + 3), (r * width + c) * 3);
    }
  }
  return { width, height, pixels };
}

/** x of a distance from the left or right side, y of one from the top or bottom. */
function fromSide(
  side: 'top' | 'bottom' | 'left' | 'right',
  distance: number,
  { width, height }: Size,
): number {
  if (side === 'bottom') return height - 1 - distance;
  if (side === 'right') return width - 1 - distance;
  return distance;
}
