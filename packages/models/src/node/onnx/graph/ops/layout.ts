import type { Value } from '../graph.ts';
import {
  axisOf,
  type Dim,
  elementCount,
  knownDim,
  type Shape,
  sameShape,
  shapeText,
  withDim,
} from '../shape.ts';

/** Operators that move elements and compute nothing. */

/**
 * The same elements in another shape; no copy. A dimension by name must stand where it stood, apart from one, whose
 * length the others give.
 */
export function reshape(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  if ([...x.shape, ...shape].every((dim) => typeof dim === 'number')) checkCount(x.shape, shape);
  const target = shape.map((dim, i) => (typeof dim === 'number' ? dim : x.shape[i] === dim ? 0 : -1));
  if (target.filter((dim) => dim === -1).length > 1) {
    throw new RangeError(`${shapeText(x.shape)} cannot become ${shapeText(shape)}: two lengths are unknown`);
  }
  return x.graph.node({ op: 'Reshape' }, [x, x.graph.ints(target)], shape);
}

function checkCount(from: Shape, to: Shape): void {
  if (elementCount(from) === elementCount(to)) return;
  throw new RangeError(`${shapeText(from)} cannot become ${shapeText(to)}`);
}

/** Axis i of the output is axis `order[i]` of the input. */
export function transpose(x: Value, order: readonly number[]): Value {
  const shape = order.map((axis) => x.shape[axisOf(x.shape, axis)] ?? 0);
  return x.graph.node({ op: 'Transpose', attributes: { perm: order } }, [x], shape);
}

export function concat(values: readonly Value[], axis: number): Value {
  const [first] = values;
  if (first === undefined) throw new RangeError('nothing to concatenate');
  if (values.length === 1) return first;
  const at = axisOf(first.shape, axis);
  const others = (shape: Shape): Shape => shape.toSpliced(at, 1);
  const odd = values.find(({ shape }) => !sameShape(others(shape), others(first.shape)));
  if (odd !== undefined) {
    throw new RangeError(`${shapeText(odd.shape)} does not join ${shapeText(first.shape)} on axis ${axis}`);
  }
  const length = joinedLength(values.map(({ shape }) => shape[at] ?? 0));
  return first.graph.node(
    { op: 'Concat', attributes: { axis: at } },
    values,
    withDim(first.shape, at, length),
  );
}

/** Names stay names: `points` and 3 make `points + 3`. */
function joinedLength(dims: readonly Dim[]): Dim {
  if (dims.every((dim) => typeof dim === 'number')) return dims.reduce<number>((a, b) => a + knownDim(b), 0);
  const named = dims.filter((dim) => typeof dim === 'string');
  const known = dims.filter((dim) => typeof dim === 'number').reduce((a, b) => a + b, 0);
  return [...named, ...(known === 0 ? [] : [known])].join(' + ');
}

/** Elements `start` … `end`, exclusive, of an axis. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  const { graph } = x;
  const at = axisOf(x.shape, axis);
  const dim = x.shape[at];
  if (start < 0 || end <= start || (typeof dim === 'number' && end > dim)) {
    throw new RangeError(`${shapeText(x.shape)} has no elements ${start} … ${end} on axis ${axis}`);
  }
  return graph.node(
    { op: 'Slice' },
    [x, graph.ints([start]), graph.ints([end]), graph.ints([at])],
    withDim(x.shape, at, end - start),
  );
}

/** The parts of an axis, of the given lengths. */
export function split(x: Value, axis: number, lengths: readonly number[]): Value[] {
  const at = axisOf(x.shape, axis);
  const total = lengths.reduce((a, b) => a + b, 0);
  if (total !== x.shape[at])
    throw new RangeError(`${shapeText(x.shape)} does not split into ${lengths.join(', ')}`);
  return x.graph.nodeWithOutputs(
    { op: 'Split', attributes: { axis: at } },
    [x, x.graph.ints(lengths)],
    lengths.map((length) => ({ shape: withDim(x.shape, at, length), type: x.type })),
  );
}

/** Elements of an axis by number. The axis is replaced by the shape of the numbers. */
export function gather(x: Value, axis: number, indices: Value): Value {
  const at = axisOf(x.shape, axis);
  return x.graph.node(
    { op: 'Gather', attributes: { axis: at } },
    [x, indices],
    x.shape.toSpliced(at, 1, ...indices.shape),
    x.type,
  );
}

/** Puts zeros before and after each axis. */
export function pad(x: Value, before: readonly number[], after: readonly number[]): Value {
  if ([...before, ...after].every((count) => count === 0)) return x;
  const shape = x.shape.map((dim, i) => {
    const added = (before[i] ?? 0) + (after[i] ?? 0);
    return added === 0 ? dim : knownDim(dim) + added;
  });
  return x.graph.node({ op: 'Pad' }, [x, x.graph.ints([...before, ...after])], shape);
}

/** Repeats axes of length 1 to the lengths in `shape`; the names in it are taken from the first axes of `like`. */
export function repeatAsIn(x: Value, like: Value, axis: number): Value {
  const { graph } = x;
  const at = axisOf(like.shape, axis);
  const length = graph.node({ op: 'Shape', attributes: { start: at, end: at + 1 } }, [like], [1], 'int64');
  const rest = x.shape.map((dim) => graph.ints([knownDim(dim)]));
  const shape = concat(rest.with(axisOf(x.shape, axis), length), 0);
  return graph.node({ op: 'Expand' }, [x, shape], withDim(x.shape, axis, like.shape[at] ?? 0));
}
