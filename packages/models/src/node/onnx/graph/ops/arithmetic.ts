import { elementTypes } from '../element-type.ts';
import type { Value } from '../graph.ts';
import { broadcast } from '../shape.ts';

/** Element-wise operators; shapes are broadcast. */

export function add(a: Value, b: Value): Value {
  return binary('Add', a, b);
}

export function multiply(a: Value, b: Value): Value {
  return binary('Mul', a, b);
}

export function relu(x: Value): Value {
  return unary('Relu', x);
}

export function sigmoid(x: Value): Value {
  return unary('Sigmoid', x);
}

export function sin(x: Value): Value {
  return unary('Sin', x);
}

export function cos(x: Value): Value {
  return unary('Cos', x);
}

/** The exact form, x Φ(x), in one kernel. */
export function gelu(x: Value): Value {
  return unary('Gelu', x);
}

/** Rounds towards zero. */
export function castToInt(x: Value): Value {
  return x.graph.node({ op: 'Cast', attributes: { to: elementTypes.int64.onnx } }, [x], x.shape, 'int64');
}

function binary(op: string, a: Value, b: Value): Value {
  if (a.type !== b.type) throw new RangeError(`${op} of ${a.type} and ${b.type}`);
  return a.graph.node({ op }, [a, b], broadcast(a.shape, b.shape));
}

function unary(op: string, x: Value): Value {
  return x.graph.node({ op }, [x], x.shape);
}

export function clip(x: Value, low: number, high: number): Value {
  return x.graph.node({ op: 'Clip' }, [x, x.graph.scalar(low), x.graph.scalar(high)], x.shape);
}
