import type { Value } from '../graph.ts';
import type { LazyTensor } from '../lazy-tensor.ts';
import { axisOf } from '../shape.ts';

/**
 * Layer normalisation over the last axis, as `torch.nn.LayerNorm`; where channels are last, also SAM's `LayerNorm2d`.
 *
 * @param weight [channels]
 * @param bias [channels]
 */
export function layerNorm(x: Value, weight: LazyTensor, bias: LazyTensor, epsilon: number): Value {
  const channels = x.shape.at(-1);
  if (weight.shape[0] !== channels || bias.shape[0] !== channels) {
    throw new RangeError(`${weight.name} normalises ${weight.shape[0]} channels, not ${channels}`);
  }
  return x.graph.node(
    { op: 'LayerNormalization', attributes: { axis: -1, epsilon: { float: epsilon } } },
    [x, x.graph.weight(weight), x.graph.weight(bias)],
    x.shape,
  );
}

export function softmax(x: Value, axis: number): Value {
  return x.graph.node({ op: 'Softmax', attributes: { axis: axisOf(x.shape, axis) } }, [x], x.shape);
}

/** The largest element along axes, which are dropped. */
export function reduceMax(x: Value, axes: readonly number[]): Value {
  const dropped = axes.map((axis) => axisOf(x.shape, axis));
  const shape = x.shape.filter((_, axis) => !dropped.includes(axis));
  return x.graph.node({ op: 'ReduceMax', attributes: { keepdims: 0 } }, [x, x.graph.ints(dropped)], shape);
}
