import { bicubicWeights } from '../bicubic.ts';

/** The two parts of SAM 2's position embedding, row-major. */
export interface PositionParts {
  /** [channels, coarse, coarse] */
  readonly background: Float32Array;
  /** [channels, window, window] */
  readonly window: Float32Array;
}

/**
 * Finds the parts of a position embedding that an exporter has summed, by least squares. Of the constant that could be in
 * either, each gets its share of least size.
 *
 * @param summed [channels, side, side]
 */
export function splitPositions(
  summed: Float32Array,
  { side, coarse, window }: { readonly side: number; readonly coarse: number; readonly window: number },
): PositionParts {
  const unknowns = coarse * coarse + window * window;
  const terms = designOf(side, coarse, window);
  const factor = cholesky(normalMatrix(terms, unknowns), unknowns);
  const channels = summed.length / (side * side);
  const background = new Float32Array(channels * coarse * coarse);
  const local = new Float32Array(channels * window * window);
  for (let c = 0; c < channels; c++) {
    const right = new Float64Array(unknowns);
    for (const [cell, row] of terms.entries()) {
      const value = summed[c * side * side + cell] ?? 0;
      for (const [unknown, weight] of row) right[unknown] = (right[unknown] ?? 0) + weight * value;
    }
    const solution = solve(factor, right, unknowns);
    background.set(solution.subarray(0, coarse * coarse), c * coarse * coarse);
    local.set(solution.subarray(coarse * coarse), c * window * window);
  }
  return { background, window: local };
}

type Term = readonly [unknown: number, weight: number];

/** What each cell is made of. */
function designOf(side: number, coarse: number, window: number): Term[][] {
  const matrix = bicubicWeights(coarse, side);
  const taps = (at: number): Term[] =>
    Array.from({ length: coarse }, (_, i): Term => [i, matrix[at * coarse + i] ?? 0]).filter(
      ([, weight]) => weight !== 0,
    );
  return Array.from({ length: side * side }, (_, cell) => {
    const [y, x] = [Math.floor(cell / side), cell % side];
    const spread = taps(y).flatMap(([i, a]) => taps(x).map(([j, b]): Term => [i * coarse + j, a * b]));
    return [...spread, [coarse * coarse + (y % window) * window + (x % window), 1]];
  });
}

function normalMatrix(terms: readonly (readonly Term[])[], n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (const row of terms) {
    for (const [i, a] of row) {
      for (const [j, b] of row) matrix[i * n + j] = (matrix[i * n + j] ?? 0) + a * b;
    }
  }
  // The constant is in both parts: without this the matrix has no inverse.
  for (let i = 0; i < n; i++) matrix[i * n + i] = (matrix[i * n + i] ?? 0) + 1e-6;
  return matrix;
}

function cholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j] ?? 0;
      for (let k = 0; k < j; k++) rest -= (lower[i * n + k] ?? 0) * (lower[j * n + k] ?? 0);
      lower[i * n + j] = i === j ? Math.sqrt(rest) : rest / (lower[j * n + j] ?? 1);
    }
  }
  return lower;
}

function solve(lower: Float64Array, right: Float64Array, n: number): Float64Array {
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    let rest = x[i] ?? 0;
    for (let k = 0; k < i; k++) rest -= (lower[i * n + k] ?? 0) * (x[k] ?? 0);
    x[i] = rest / (lower[i * n + i] ?? 1);
  }
  for (let i = n - 1; i >= 0; i--) {
    let rest = x[i] ?? 0;
    for (let k = i + 1; k < n; k++) rest -= (lower[k * n + i] ?? 0) * (x[k] ?? 0);
    x[i] = rest / (lower[i * n + i] ?? 1);
  }
  return x;
}
