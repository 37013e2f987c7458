import type { Value } from '../../onnx/graph/graph.ts';
import { derived, type LazyTensor } from '../../onnx/graph/lazy-tensor.ts';
import { type ConvolutionOptions, convolution } from '../../onnx/graph/ops/convolution.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';

/** `torch.nn.BatchNorm2d`. */
const EPSILON = 1e-5;

/**
 * A convolution with the batch normalisation after it, which at inference is a factor and an offset a channel: both go
 * into weight and bias (`Conv2d_BN` in `tiny_vit_sam.py`).
 */
export function foldedConvolution(
  x: Value,
  at: string,
  weights: CheckpointWeights,
  { kernel, ...options }: ConvolutionOptions & { readonly kernel: readonly number[] },
): Value {
  const [channels = 0] = kernel;
  const norm = (name: string): LazyTensor => weights.take(`${at}.bn.${name}`, [channels]);
  const [scale, offset, mean, variance] = [
    norm('weight'),
    norm('bias'),
    norm('running_mean'),
    norm('running_var'),
  ] as const;
  const folded = derived(
    'times batch norm',
    [weights.take(`${at}.c.weight`, kernel), scale, variance],
    kernel,
    scaleRows,
  );
  const bias = derived('offset of batch norm', [scale, offset, mean, variance], [channels], offsets);
  return convolution(x, folded, bias, options);
}

function scaleRows(values = none, scale = none, variance = none): Float32Array {
  const row = values.length / scale.length;
  return values.map((value, i) => value * factor(scale, variance, Math.floor(i / row)));
}

function offsets(scale = none, offset = none, mean = none, variance = none): Float32Array {
  return offset.map((value, c) => value - (mean[c] ?? Number.NaN) * factor(scale, variance, c));
}

function factor(scale: Float32Array, variance: Float32Array, channel: number): number {
  return (scale[channel] ?? Number.NaN) / Math.sqrt((variance[channel] ?? Number.NaN) + EPSILON);
}

const none: Float32Array = new Float32Array(0);
