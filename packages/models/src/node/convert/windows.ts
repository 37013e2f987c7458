import type { Value } from '../onnx/graph/graph.ts';
import { pad, reshape, slice, transpose } from '../onnx/graph/ops/layout.ts';
import { knownDim } from '../onnx/graph/shape.ts';

/**
 * Cuts a grid of tokens into squares that attend to themselves. Where the side does not divide the grid, zeros are added
 * on the right and below, and the squares there see them, as in the reference implementations.
 *
 * @param x [1, height, width, channels]
 * @returns [squares, side, side, channels]
 */
export function toWindows(x: Value, side: number): Value {
  const [, height = 0, width = 0, channels = 0] = x.shape.map(knownDim);
  const down = Math.ceil(height / side);
  const across = Math.ceil(width / side);
  const padded = pad(x, [0, 0, 0, 0], [0, down * side - height, across * side - width, 0]);
  const cut = transpose(reshape(padded, [down, side, across, side, channels]), [0, 2, 1, 3, 4]);
  return reshape(cut, [down * across, side, side, channels]);
}

/**
 * Puts the squares together again and drops what was added.
 *
 * @param windows [squares, side, side, channels]
 * @returns [1, grid, grid, channels]
 */
export function fromWindows(windows: Value, grid: number): Value {
  const [, side = 0, , channels = 0] = windows.shape.map(knownDim);
  const count = Math.ceil(grid / side);
  const joined = transpose(reshape(windows, [count, count, side, side, channels]), [0, 2, 1, 3, 4]);
  const whole = reshape(joined, [1, count * side, count * side, channels]);
  if (count * side === grid) return whole;
  return slice(slice(whole, 1, 0, grid), 2, 0, grid);
}
