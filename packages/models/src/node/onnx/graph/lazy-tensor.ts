import { elementCount, sameShape, shapeText } from './shape.ts';

/**
 * A float32 tensor that is read when it is needed and not kept: a weight of a checkpoint, or something computed from
 * weights before the graph is written. A graph of gigabytes is built from these within little memory.
 */
export interface LazyTensor {
  /** Two tensors of the same name are the same tensor. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major values; the caller may keep them but not change them. */
  read(): Promise<Float32Array>;
}

/** A tensor that is computed from others. Its name says from which and how, so that equal ones are stored once. */
export function derived(
  operation: string,
  sources: readonly LazyTensor[],
  shape: readonly number[],
  compute: (...values: Float32Array[]) => Float32Array,
): LazyTensor {
  return {
    name: `${operation}(${sources.map(({ name }) => name).join(', ')})`,
    shape,
    async read() {
      const values: Float32Array[] = [];
      for (const source of sources) values.push(await source.read());
      return compute(...values);
    },
  };
}

export function inMemory(name: string, shape: readonly number[], values: Float32Array): LazyTensor {
  if (values.length !== elementCount(shape)) {
    throw new RangeError(`${name} has ${values.length} values, not those of ${shapeText(shape)}`);
  }
  return { name, shape, read: async () => values };
}

export function reshaped(tensor: LazyTensor, shape: readonly number[]): LazyTensor {
  if (sameShape(tensor.shape, shape)) return tensor;
  if (elementCount(tensor.shape) !== elementCount(shape)) {
    throw new RangeError(`${tensor.name} ${shapeText(tensor.shape)} does not fit ${shapeText(shape)}`);
  }
  return { name: `reshape(${tensor.name}, ${shape.join('x')})`, shape, read: () => tensor.read() };
}

/** A part of the first axis: rows `start` … `end`, exclusive. */
export function rows(tensor: LazyTensor, start: number, end: number): LazyTensor {
  const [count = 0, ...rest] = tensor.shape;
  if (start < 0 || end > count || start >= end) {
    throw new RangeError(`${tensor.name} has no rows ${start} … ${end}`);
  }
  const stride = elementCount(rest);
  return derived(`rows ${start}:${end}`, [tensor], [end - start, ...rest], (values) =>
    values.subarray(start * stride, end * stride),
  );
}

/** The same values with their axes in another order. */
export function permuted(tensor: LazyTensor, order: readonly number[]): LazyTensor {
  const shape = order.map((axis) => tensor.shape[axis] ?? 0);
  return derived(`permute ${order.join('')}`, [tensor], shape, (values) =>
    permuteValues(values, tensor.shape, order),
  );
}

function permuteValues(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const strides = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const sides = order.map((axis) => shape[axis] ?? 0);
  const steps = order.map((axis) => strides[axis] ?? 0);
  const out = new Float32Array(values.length);
  const at = new Int32Array(sides.length);
  let source = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = values[source] ?? 0;
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      const step = steps[axis] ?? 0;
      const next = (at[axis] ?? 0) + 1;
      source += step;
      if (next < (sides[axis] ?? 0)) {
        at[axis] = next;
        break;
      }
      source -= next * step;
      at[axis] = 0;
    }
  }
  return out;
}

/** Element-wise a + b of equal shapes. */
export function sum(a: LazyTensor, b: LazyTensor): LazyTensor {
  if (!sameShape(a.shape, b.shape)) throw new RangeError(`${a.name} and ${b.name} differ in shape`);
  return derived('sum', [a, b], a.shape, (left, right) => left.map((value, i) => value + (right[i] ?? 0)));
}

export function scaled(tensor: LazyTensor, factor: number): LazyTensor {
  return derived(`times ${factor}`, [tensor], tensor.shape, (values) =>
    values.map((value) => value * factor),
  );
}

/** Matrix product of [n, k] and [k, m], summed in double precision. */
export function product(a: LazyTensor, b: LazyTensor): LazyTensor {
  const [n = 0, k = 0] = a.shape;
  const [inner = 0, m = 0] = b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || k !== inner) {
    throw new RangeError(
      `${a.name} ${shapeText(a.shape)} times ${b.name} ${shapeText(b.shape)} is not defined`,
    );
  }
  return derived('product', [a, b], [n, m], (left, right) => multiply(left, right, { n, k, m }));
}

function multiply(
  left: Float32Array,
  right: Float32Array,
  { n, k, m }: { readonly n: number; readonly k: number; readonly m: number },
): Float32Array {
  const out = new Float32Array(n * m);
  const row = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    row.fill(0);
    for (let j = 0; j < k; j++) {
      const factor = left[i * k + j] ?? 0;
      for (let c = 0; c < m; c++) row[c] = (row[c] ?? 0) + factor * (right[j * m + c] ?? 0);
    }
    out.set(row, i * m);
  }
  return out;
}

/** Tensors of equal trailing shape, one after the other along the first axis. */
export function stacked(tensors: readonly LazyTensor[]): LazyTensor {
  const [first] = tensors;
  if (first === undefined) throw new RangeError('nothing to stack');
  const rest = first.shape.slice(1);
  const odd = tensors.find(({ shape }) => !sameShape(shape.slice(1), rest));
  if (odd !== undefined) throw new RangeError(`${odd.name} does not stack on ${first.name}`);
  const count = tensors.reduce((total, { shape }) => total + (shape[0] ?? 0), 0);
  return derived('stack', tensors, [count, ...rest], (...values) => {
    const out = new Float32Array(count * elementCount(rest));
    let at = 0;
    for (const part of values) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  });
}

export function negated(tensor: LazyTensor): LazyTensor {
  return scaled(tensor, -1);
}
