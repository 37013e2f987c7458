import type { Value } from '../graph.ts';
import type { LazyTensor } from '../lazy-tensor.ts';
import { knownDim, shapeText } from '../shape.ts';

export interface ConvolutionOptions {
  readonly stride?: number;
  /** Zeros on every side. */
  readonly padding?: number;
  readonly groups?: number;
}

/**
 * Two-dimensional convolution with square strides and padding, as `torch.nn.Conv2d`.
 *
 * @param x [N, channels, height, width]
 * @param weight [out, channels / groups, kernel height, kernel width]
 * @param bias [out]
 */
export function convolution(
  x: Value,
  weight: LazyTensor,
  bias: LazyTensor | null,
  { stride = 1, padding = 0, groups = 1 }: ConvolutionOptions = {},
): Value {
  const [batch = 0, channels = 0, height, width] = x.shape;
  const [out = 0, inner = 0, kernelHeight = 0, kernelWidth = 0] = weight.shape;
  if (weight.shape.length !== 4 || knownDim(channels) !== inner * groups) {
    throw new RangeError(`${weight.name} ${shapeText(weight.shape)} does not take ${shapeText(x.shape)}`);
  }
  const side = (length: number, kernel: number): number =>
    Math.floor((length + 2 * padding - kernel) / stride) + 1;
  const shape = [batch, out, side(knownDim(height), kernelHeight), side(knownDim(width), kernelWidth)];
  return x.graph.node(
    {
      op: 'Conv',
      attributes: {
        kernel_shape: [kernelHeight, kernelWidth],
        strides: [stride, stride],
        pads: [padding, padding, padding, padding],
        group: groups,
      },
    },
    [x, x.graph.weight(weight), bias === null ? null : x.graph.weight(bias)].slice(0, bias === null ? 2 : 3),
    shape,
  );
}

/**
 * Transposed convolution whose kernel is as large as its stride, as `torch.nn.ConvTranspose2d`: every pixel becomes a square of
 * `stride` x `stride` pixels.
 *
 * @param weight [channels, out, stride, stride]
 */
export function transposedConvolution(x: Value, weight: LazyTensor, bias: LazyTensor): Value {
  const [batch = 0, channels, height, width] = x.shape;
  const [inner = 0, out = 0, stride = 0, kernelWidth = 0] = weight.shape;
  if (weight.shape.length !== 4 || channels !== inner || stride !== kernelWidth) {
    throw new RangeError(`${weight.name} ${shapeText(weight.shape)} does not take ${shapeText(x.shape)}`);
  }
  return x.graph.node(
    { op: 'ConvTranspose', attributes: { kernel_shape: [stride, stride], strides: [stride, stride] } },
    [x, x.graph.weight(weight), x.graph.weight(bias)],
    [batch, out, knownDim(height) * stride, knownDim(width) * stride],
  );
}
