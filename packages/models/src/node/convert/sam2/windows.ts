import { positionOf, sideOf, type TokenOrder, tokenCount } from '../token-order.ts';

/** How the cells of a grid are divided into windows. */
export interface Windows {
  readonly count: number;
  /** Cells of one window. */
  readonly cells: number;
  /**
   * For each cell of each window its place in the sequence, -1 beyond the grid; null where the sequence is already one window after
   * the other.
   */
  readonly indices: readonly number[] | null;
}

/** @param window cells a side; null for one window over everything */
export function windowsOf(order: TokenOrder, window: number | null): Windows {
  const side = sideOf(order);
  if (window === null) return { count: 1, cells: tokenCount(order), indices: null };
  const across = Math.ceil(side / window);
  const count = across * across;
  const cells = window * window;
  return { count, cells, indices: isDivision(order, window) ? null : indicesOf(order, window, across) };
}

/** Windows that are squares of the order follow each other already; the order inside a window does not matter. */
function isDivision({ levels }: TokenOrder, window: number): boolean {
  const level = Math.log2(window);
  return Number.isInteger(level) && level <= levels;
}

function indicesOf(order: TokenOrder, window: number, across: number): number[] {
  const side = sideOf(order);
  const indices: number[] = [];
  for (let place = 0; place < across * across * window * window; place++) {
    const inside = place % (window * window);
    const outer = Math.floor(place / (window * window));
    const x = (outer % across) * window + (inside % window);
    const y = Math.floor(outer / across) * window + Math.floor(inside / window);
    indices.push(x < side && y < side ? positionOf(order, x, y) : -1);
  }
  return indices;
}
