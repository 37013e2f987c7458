import { type LazyTensor, permuted, reshaped, stacked } from '../../onnx/graph/lazy-tensor.ts';

/**
 * The kernel of a 2 x 2 convolution with stride 2 as a matrix for tokens in which each square of four cells follows each other.
 *
 * @param kernel [out, in, 2, 2]
 * @returns [4 * in, out]
 */
export function permutedSquares(kernel: LazyTensor): LazyTensor {
  const [out = 0, inner = 0] = kernel.shape;
  return reshaped(permuted(kernel, [2, 3, 1, 0]), [4 * inner, out]);
}

/**
 * The kernel of a 2 x 2 transposed convolution with stride 2 as a linear layer that makes the four cells of a square.
 *
 * @param kernel [in, out, 2, 2]
 * @returns [4 * out, in]
 */
export function enlargingRows(kernel: LazyTensor): LazyTensor {
  const [inner = 0, out = 0] = kernel.shape;
  return reshaped(permuted(kernel, [2, 3, 1, 0]), [4 * out, inner]);
}

/** The bias of such a layer. [out] becomes [4 * out] */
export function enlargingBias(bias: LazyTensor): LazyTensor {
  return stacked([bias, bias, bias, bias]);
}
