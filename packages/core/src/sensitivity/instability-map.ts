import type { BoxXyxy } from '../geometry/box.ts';
import { type Disagreement, disagreementBox, forEachColumnPart } from './disagreement.ts';

/** How much masks differ from a reference, place by place, on a grid over the part of the image where they do. */
export interface InstabilityMap {
  /** Image space, whole pixels. */
  readonly frame: BoxXyxy;
  readonly columns: number;
  readonly rows: number;
  /**
   * Mean over the cell's pixels of the share of masks that differ there, 0 to 255 for 0 to 1, row-major. Pixel x of the
   * frame belongs to column floor(x * columns / width), rows likewise. The caller's own.
   */
  readonly shares: Uint8Array;
}

/** Cells along the longer side of the frame, at most: what a screen can show of it. */
export const LONGEST_MAP_SIDE = 192;

/** Null where no mask differs anywhere. */
export function instabilityMap(
  disagreement: Disagreement,
  longestSide: number = LONGEST_MAP_SIDE,
): InstabilityMap | null {
  const frame = disagreementBox(disagreement);
  if (frame === null) return null;
  const [width, height] = [frame.x2 - frame.x1, frame.y2 - frame.y1];
  const cellPx = Math.max(1, Math.ceil(Math.max(width, height) / longestSide));
  const [columns, rows] = [Math.ceil(width / cellPx), Math.ceil(height / cellPx)];
  const sums = new Float64Array(columns * rows);
  const rowOf = Int32Array.from({ length: height }, (_, y) => Math.floor((y * rows) / height));
  forEachColumnPart(disagreement, (x, top, bottom, count) => {
    const column = Math.floor(((x - frame.x1) * columns) / width);
    for (let y = top - frame.y1; y < bottom - frame.y1; y++) {
      const cell = (rowOf[y] as number) * columns + column;
      sums[cell] = (sums[cell] as number) + count;
    }
  });
  const [across, down] = [pixelsPerCell(width, columns), pixelsPerCell(height, rows)];
  const shares = Uint8Array.from(sums, (sum, cell) => {
    const pixels = (across[cell % columns] as number) * (down[Math.floor(cell / columns)] as number);
    return Math.round((255 * sum) / (pixels * disagreement.answers));
  });
  return { frame, columns, rows, shares };
}

function pixelsPerCell(pixels: number, cells: number): Uint32Array {
  const counts = new Uint32Array(cells);
  for (let i = 0; i < pixels; i++) {
    const cell = Math.floor((i * cells) / pixels);
    counts[cell] = (counts[cell] as number) + 1;
  }
  return counts;
}
