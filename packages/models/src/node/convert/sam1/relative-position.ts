import type { Value } from '../../onnx/graph/graph.ts';
import { derived, type LazyTensor } from '../../onnx/graph/lazy-tensor.ts';
import { concat, reshape, transpose } from '../../onnx/graph/ops/layout.ts';
import { matmul } from '../../onnx/graph/ops/linear.ts';
import { knownDim } from '../../onnx/graph/shape.ts';

/** Tokens of a square that attends to itself, and its heads. */
export interface Square {
  readonly side: number;
  readonly heads: number;
  readonly headWidth: number;
}

/**
 * Attention with decomposed relative positions (`add_decomposed_rel_pos` in `segment_anything/modeling/image_encoder.py`)
 * adds q · Rh[row of q - row of k] + q · Rw[column of q - column of k] to each score. Here the sums over all rows and all
 * columns are appended to q, and to k a 1 at its row and at its column: the product of the longer vectors is the whole
 * score. No matrix of all scores has to exist, which for 4096 x 4096 tokens would take a gigabyte.
 *
 * @param q [squares, side * side, heads * head width], unscaled
 * @param scale what the attention multiplies scores with; the appended part is divided by it
 * @returns [squares, side * side, heads * (head width + 2 * side)]
 */
export function withRelativePositions(
  q: Value,
  { side, heads, headWidth }: Square,
  {
    rows,
    columns,
    scale,
  }: { readonly rows: LazyTensor; readonly columns: LazyTensor; readonly scale: number },
): Value {
  const { graph } = q;
  const squares = knownDim(q.shape[0]);
  const grid = [squares, side, side, heads, headWidth];
  const byRow = reshape(q, [squares, side, side * heads, headWidth]);
  const rowSums = reshape(matmul(byRow, graph.exactWeight(relativeTable(rows, side, 1 / scale))), [
    ...grid.slice(0, 4),
    side,
  ]);
  const columnFirst = reshape(transpose(reshape(q, grid), [0, 2, 1, 3, 4]), [
    squares,
    side,
    side * heads,
    headWidth,
  ]);
  const columnSums = transpose(
    reshape(matmul(columnFirst, graph.exactWeight(relativeTable(columns, side, 1 / scale))), [
      ...grid.slice(0, 4),
      side,
    ]),
    [0, 2, 1, 3, 4],
  );
  return reshape(concat([reshape(q, grid), rowSums, columnSums], 4), [
    squares,
    side * side,
    heads * (headWidth + 2 * side),
  ]);
}

/**
 * Appends to every key a 1 at its row and a 1 at its column.
 *
 * @param k [squares, side * side, heads * head width]
 * @returns [squares, side * side, heads * (head width + 2 * side)]
 */
export function withOwnPosition(k: Value, { side, heads, headWidth }: Square): Value {
  const { graph } = k;
  const squares = knownDim(k.shape[0]);
  const tokens = side * side;
  const marks = new Float32Array(tokens * 2 * side);
  for (let token = 0; token < tokens; token++) {
    marks[token * 2 * side + Math.floor(token / side)] = 1;
    marks[token * 2 * side + side + (token % side)] = 1;
  }
  const own = graph.floats([1, tokens, 1, 2 * side], marks);
  const repeated = graph.node(
    { op: 'Expand' },
    [own, graph.ints([squares, tokens, heads, 2 * side])],
    [squares, tokens, heads, 2 * side],
  );
  const joined = concat([reshape(k, [squares, tokens, heads, headWidth]), repeated], 3);
  return reshape(joined, [squares, tokens, heads * (headWidth + 2 * side)]);
}

/**
 * For each own position the relative embeddings of all positions, as a matrix.
 *
 * @param table [2 * side - 1, head width]: row `own - other + side - 1` is for that distance
 * @returns [side (own), head width, side (other)], times `factor`
 */
function relativeTable(table: LazyTensor, side: number, factor: number): LazyTensor {
  const [, headWidth = 0] = table.shape;
  return derived(`relative positions ${side} times ${factor}`, [table], [side, headWidth, side], (values) => {
    const out = new Float32Array(side * headWidth * side);
    let at = 0;
    for (let own = 0; own < side; own++) {
      for (let channel = 0; channel < headWidth; channel++) {
        for (let other = 0; other < side; other++) {
          out[at++] = (values[(own - other + side - 1) * headWidth + channel] ?? Number.NaN) * factor;
        }
      }
    }
    return out;
  });
}
