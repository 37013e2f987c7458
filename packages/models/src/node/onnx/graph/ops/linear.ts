import { CONTRIB, type Value } from '../graph.ts';
import { type LazyTensor, permuted } from '../lazy-tensor.ts';
import { quantizedColumns } from '../quantized-columns.ts';
import { broadcast, type Dim, elementCount, type Shape, shapeText } from '../shape.ts';
import { add, gelu } from './arithmetic.ts';
import { reshape } from './layout.ts';

/** Matrix product over the last two axes; the axes before are broadcast. */
export function matmul(a: Value, b: Value): Value {
  const inner = a.shape.at(-1);
  if (inner !== b.shape.at(-2)) {
    throw new RangeError(`${shapeText(a.shape)} times ${shapeText(b.shape)} is not defined`);
  }
  const shape = [
    ...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)),
    a.shape.at(-2) ?? 0,
    b.shape.at(-1) ?? 0,
  ];
  return a.graph.node({ op: 'MatMul' }, [a, b], shape);
}

/**
 * A linear layer on the last axis, as `torch.nn.Linear`, with the weight as checkpoints hold it: the runtime packs it
 * when it loads the model. In int8 the weight is stored in 8 bits.
 *
 * @param weight [out, in]
 * @param bias [out]
 */
export function linear(x: Value, weight: LazyTensor, bias: LazyTensor | null): Value {
  const [out = 0, inner = 0] = weight.shape;
  if (weight.shape.length !== 2 || x.shape.at(-1) !== inner) {
    throw new RangeError(`${weight.name} ${shapeText(weight.shape)} does not take ${shapeText(x.shape)}`);
  }
  const shape = [...x.shape.slice(0, -1), out];
  if (x.graph.precision === 'int8' && isQuantizable(weight)) return quantizedLinear(x, weight, bias, shape);
  return floatLinear(x, weight, bias, shape);
}

/**
 * A linear layer and a GELU. The bias goes into the kernel of the GELU, which reads the values anyway; in int8 it is in that of the
 * product.
 */
export function linearGelu(x: Value, weight: LazyTensor, bias: LazyTensor): Value {
  const { graph } = x;
  if (graph.precision === 'int8') return gelu(linear(x, weight, bias));
  const products = linear(x, weight, null);
  return graph.node({ op: 'BiasGelu', domain: CONTRIB }, [products, graph.weight(bias)], products.shape);
}

function floatLinear(x: Value, weight: LazyTensor, bias: LazyTensor | null, shape: Shape): Value {
  const rows = rowCount(x.shape.slice(0, -1));
  if (rows === null) {
    const product = matmul(x, x.graph.weight(permuted(weight, [1, 0])));
    return bias === null ? product : add(product, x.graph.weight(bias));
  }
  const [out = 0, inner = 0] = weight.shape;
  const inputs = [
    reshape(x, [rows, inner]),
    x.graph.weight(weight),
    ...(bias === null ? [] : [x.graph.weight(bias)]),
  ];
  return reshape(x.graph.node({ op: 'Gemm', attributes: { transB: 1 } }, inputs, [rows, out]), shape);
}

/** The product of the dimensions, by name where one of them has a name, null where several have. */
function rowCount(leading: Shape): Dim | null {
  const [name, ...others] = leading.filter((dim) => typeof dim === 'string');
  if (name === undefined) return elementCount(leading);
  if (others.length > 0) return null;
  const known = elementCount(leading.filter((dim) => typeof dim === 'number'));
  return known === 1 ? name : `${known} * ${name}`;
}

/** Below this a layer's time is not in its products. */
const SMALL_LAYER = 8192;

function isQuantizable(weight: LazyTensor): boolean {
  return elementCount(weight.shape) >= SMALL_LAYER;
}

/** Weights in 8 bits with a scale for each output, activations in 8 bits with one scale, sums in 32 bits. */
function quantizedLinear(x: Value, weight: LazyTensor, bias: LazyTensor | null, shape: Shape): Value {
  const { graph } = x;
  const stored = quantizedColumns(weight);
  const { data, scale, zeroPoint } = quantizedActivations(x);
  return graph.node(
    { op: 'MatMulIntegerToFloat', domain: CONTRIB },
    [
      data,
      graph.stored(stored.data),
      scale,
      graph.stored(stored.scales),
      zeroPoint,
      ...(bias === null ? [] : [null, graph.weight(bias)]),
    ],
    shape,
    'float32',
  );
}

interface QuantizedActivations {
  readonly data: Value;
  readonly scale: Value;
  readonly zeroPoint: Value;
}

/** What several layers take, as queries, keys and values do, is converted once. */
const known = new WeakMap<Value, QuantizedActivations>();

function quantizedActivations(x: Value): QuantizedActivations {
  const before = known.get(x);
  if (before !== undefined) return before;
  const [data, scale, zeroPoint] = x.graph.nodeWithOutputs(
    { op: 'DynamicQuantizeLinear' },
    [x],
    [
      { shape: x.shape, type: 'uint8' },
      { shape: [], type: 'float32' },
      { shape: [], type: 'uint8' },
    ],
  );
  if (data === undefined || scale === undefined || zeroPoint === undefined) {
    throw new RangeError('DynamicQuantizeLinear has three outputs');
  }
  const quantized = { data, scale, zeroPoint };
  known.set(x, quantized);
  return quantized;
}
