/** One side of a tensor: a number, or the name of a number that is known when the graph runs (`prompts`, `points`). */
export type Dim = number | string;

/** Row-major, as in every ONNX tensor. */
export type Shape = readonly Dim[];

/** The number of elements. Throws where a dimension is not known. */
export function elementCount(shape: Shape): number {
  return shape.reduce<number>((count, dim) => count * knownDim(dim), 1);
}

export function knownDim(dim: Dim | undefined): number {
  if (typeof dim !== 'number') throw new RangeError(`a dimension is ${dim}, but must be known here`);
  return dim;
}

/** The shape of an element-wise operation on both, by ONNX's rule (NumPy's). */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[i - rank + a.length] ?? 1;
    const right = b[i - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new RangeError(`shapes ${shapeText(a)} and ${shapeText(b)} cannot be broadcast`);
  });
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** An axis from the front; negative ones count from the end. */
export function axisOf(shape: Shape, axis: number): number {
  const fromFront = axis < 0 ? shape.length + axis : axis;
  if (fromFront < 0 || fromFront >= shape.length) {
    throw new RangeError(`there is no axis ${axis} in ${shapeText(shape)}`);
  }
  return fromFront;
}

export function withDim(shape: Shape, axis: number, dim: Dim): Shape {
  return shape.with(axisOf(shape, axis), dim);
}

export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
