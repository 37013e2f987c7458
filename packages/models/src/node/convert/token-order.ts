import type { Value } from '../onnx/graph/graph.ts';
import { gather, reshape, transpose } from '../onnx/graph/ops/layout.ts';

/**
 * In which order the cells of a square grid lie in a sequence: the squares of a coarse grid row by row; inside each its
 * four quarters row by row, and so on `levels` times. Neighbours that are pooled together, or that one cell is enlarged into, follow
 * each other, so that pooling, windows of 2^n cells and enlarging are reshapes and move nothing.
 */
export interface TokenOrder {
  /** Cells a side of the coarse grid. */
  readonly base: number;
  /** How often a square is divided. */
  readonly levels: number;
}

export function sideOf({ base, levels }: TokenOrder): number {
  return base * 2 ** levels;
}

export function tokenCount(order: TokenOrder): number {
  return sideOf(order) ** 2;
}

/** Each cell divided once more. */
export function finer({ base, levels }: TokenOrder, times = 1): TokenOrder {
  return { base, levels: levels + times };
}

/** Each four cells as one. */
export function coarser({ base, levels }: TokenOrder): TokenOrder {
  if (levels === 0) throw new RangeError('there is no coarser grid');
  return { base, levels: levels - 1 };
}

/** Where in the sequence the cell at (x, y) lies. */
export function positionOf({ base, levels }: TokenOrder, x: number, y: number): number {
  const cells = 2 ** levels;
  let position = Math.floor(y / cells) * base + Math.floor(x / cells);
  for (let level = levels - 1; level >= 0; level--) {
    position = position * 4 + (((y >> level) & 1) * 2 + ((x >> level) & 1));
  }
  return position;
}

/** For every place in the sequence the centre of its cell, x and y in 0 … 1. float32 [cells, 2]. */
export function cellCentres(order: TokenOrder): Float32Array {
  const side = sideOf(order);
  const centres = new Float32Array(2 * side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      centres.set([(x + 0.5) / side, (y + 0.5) / side], 2 * positionOf(order, x, y));
    }
  }
  return centres;
}

/** [..., height, width] row by row becomes [..., cells] in the order. `x` has any number of axes before. */
export function fromRaster(x: Value, order: TokenOrder): Value {
  const leading = x.shape.slice(0, -2);
  const sides = [order.base, ...Array.from({ length: order.levels }, () => 2)];
  const divided = reshape(x, [...leading, ...sides, ...sides]);
  const pairs = sides.flatMap((_, i) => [leading.length + i, leading.length + sides.length + i]);
  const ordered = transpose(divided, [...leading.keys(), ...pairs]);
  return reshape(ordered, [...leading, tokenCount(order)]);
}

/** [..., cells] in the order becomes [..., height, width] row by row. */
export function toRaster(x: Value, order: TokenOrder): Value {
  const leading = x.shape.slice(0, -1);
  const sides = [order.base, ...Array.from({ length: order.levels }, () => 2)];
  const divided = reshape(x, [...leading, ...sides.flatMap((side) => [side, side])]);
  const rows = sides.map((_, i) => leading.length + 2 * i);
  const columns = rows.map((axis) => axis + 1);
  return reshape(transpose(divided, [...leading.keys(), ...rows, ...columns]), [
    ...leading,
    sideOf(order),
    sideOf(order),
  ]);
}

/**
 * [cells row by row, channels] becomes [cells, channels] in the order. A table of row numbers is copied by several threads, a
 * transposition of many axes by one.
 */
export function orderedRows(x: Value, order: TokenOrder): Value {
  const side = sideOf(order);
  const places = new Array<number>(side * side).fill(0);
  for (let y = 0; y < side; y++) {
    for (let x0 = 0; x0 < side; x0++) places[positionOf(order, x0, y)] = y * side + x0;
  }
  return gather(x, 0, x.graph.ints32(places));
}
