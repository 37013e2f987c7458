import { elementTypes } from '../element-type.ts';
import type { Value } from '../graph.ts';
import { broadcast } from '../shape.ts';

/** Element-wise operators; shapes are broadcast. */

export function add(a: Value, b: Value): Value {
  return binary('Add', a, b);
}

export function subtract(a: Value, b: Value): Value {
  return binary('Sub', a, b);
}

export function multiply(a: Value, b: Value): Value {
  return binary('Mul', a, b);
}

export function divide(a: Value, b: Value): Value {
  return binary('Div', a, b);
}

export function maximum(a: Value, b: Value): Value {
  return binary('Max', a, b);
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

/** 1 where the elements are equal, else 0. Both float32. */
export function equal(a: Value, b: Value): Value {
  const shape = broadcast(a.shape, b.shape);
  return castToFloat(a.graph.node({ op: 'Equal' }, [a, b], shape, 'bool'));
}

export function castToFloat(x: Value): Value {
  return x.graph.node({ op: 'Cast', attributes: { to: elementTypes.float32.onnx } }, [x], x.shape, 'float32');
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
