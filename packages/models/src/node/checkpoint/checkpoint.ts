/** A file of published weights. Tensors are read one by one, so a checkpoint never has to fit into memory. */
export interface Checkpoint {
  /** As it was given. */
  readonly path: string;
  readonly format: 'pytorch' | 'safetensors';
  /** In the order of the file. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /**
   * The values of a tensor, converted to float32, row-major. The caller owns the array.
   * Rejects with `checkpoint-damaged` when the file does not hold what its directory says.
   */
  read(name: string, options?: { readonly signal?: AbortSignal }): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
}

export type ElementType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

/** The number of values of a shape; a scalar has one. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
