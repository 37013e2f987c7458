import { checkpointMismatch } from '../../errors.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { LazyTensor } from '../onnx/graph/lazy-tensor.ts';
import { sameShape, shapeText } from '../onnx/graph/shape.ts';

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
