import type { CalqueError } from '@calque/core';
import { checkpointMismatch } from '../../errors.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { LazyTensor } from '../onnx/graph/lazy-tensor.ts';
import { sameShape, shapeText } from '../onnx/graph/shape.ts';

/** A length that the architecture has: an axis of the tensor of that name. */
export type Place = readonly [name: string, axis: number];

/**
 * The weights of a checkpoint while a model is built from them. Whoever builds a layer says which tensor of which
 * shape it takes; in the end {@link assertComplete} knows what was missing, misshapen or left over.
 */
export class CheckpointWeights {
  readonly #checkpoint: Checkpoint;
  readonly #taken = new Map<string, LazyTensor>();
  readonly #problems: string[] = [];

  constructor(checkpoint: Checkpoint) {
    this.#checkpoint = checkpoint;
  }

  has(name: string): boolean {
    return this.#checkpoint.tensors.has(name);
  }

  /** The shape that a tensor has, to find out which architecture this is; undefined where there is none. */
  shapeOf(name: string): readonly number[] | undefined {
    return this.#checkpoint.tensors.get(name)?.shape;
  }

  /**
   * A length of the architecture that stands in several tensors: what most of them say, so that one that is wrong is reported
   * and not believed. Of equally many the first is taken.
   *
   * @param usual counts as one more, and is the answer where nothing else is
   * @param isPossible lengths that the architecture cannot have do not count
   */
  dimension(
    places: readonly Place[],
    usual: number,
    isPossible: (length: number) => boolean = () => true,
  ): number {
    const found = places.map(([name, axis]) => this.shapeOf(name)?.[axis] ?? 0);
    return mostFrequent([...found.filter((length) => length > 0 && isPossible(length)), usual]) ?? usual;
  }

  /** How many different numbers follow a prefix in the names, as in `blocks.0.`, `blocks.1.`. */
  count(prefix: string): number {
    const numbers = [...this.#checkpoint.tensors.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => /^\d+(?=\.)/.exec(name.slice(prefix.length))?.[0]);
    return new Set(numbers.filter((number) => number !== undefined)).size;
  }

  /** A tensor that a layer needs in exactly this shape. A wrong one is reported by {@link assertComplete}. */
  take(name: string, shape: readonly number[]): LazyTensor {
    const known = this.#taken.get(name);
    if (known !== undefined && sameShape(known.shape, shape)) return known;
    const found = this.shapeOf(name);
    if (found === undefined) this.#problems.push(`${name} is missing, expected ${shapeText(shape)}`);
    else if (!sameShape(found, shape)) {
      this.#problems.push(`${name} is ${shapeText(found)}, expected ${shapeText(shape)}`);
    }
    const tensor: LazyTensor = { name, shape, read: () => this.#checkpoint.read(name) };
    this.#taken.set(name, tensor);
    return tensor;
  }

  /** Every tensor that some layer takes, by name. */
  get taken(): ReadonlyMap<string, Pick<LazyTensor, 'shape'>> {
    return this.#taken;
  }

  /** The error about what was found wrong until the layers could not be put together any more. */
  mismatchSoFar(architecture: string, cause: Error): CalqueError {
    const problems = this.#problems.length > 0 ? this.#problems : [`its shapes do not fit: ${cause.message}`];
    return checkpointMismatch(this.#checkpoint.path, architecture, problems);
  }

  /**
   * Throws `checkpoint-mismatch` with the name, the expected and the found shape of every tensor that is wrong.
   *
   * @param unused says of a tensor that nobody took whether the images' path is known not to need it
   */
  assertComplete(architecture: string, unused: (name: string) => boolean = () => false): void {
    const extra = [...this.#checkpoint.tensors]
      .filter(([name]) => !this.#taken.has(name) && !unused(name))
      .map(([name, { shape }]) => `${name} ${shapeText(shape)} belongs to no layer`);
    const problems = [...this.#problems, ...extra];
    if (problems.length > 0) throw checkpointMismatch(this.#checkpoint.path, architecture, problems);
  }
}

/** The value that occurs most often among others; of equally frequent ones the first. */
export function mostFrequent<T>(values: readonly T[], others: readonly T[] = values): T | undefined {
  const counts = new Map<T, number>();
  for (const value of others) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(...values.map((value) => counts.get(value) ?? 0));
  return values.find((value) => (counts.get(value) ?? 0) === most);
}
