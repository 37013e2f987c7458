/** A float32 tensor, row-major, as every runtime takes and gives it. The number of values is the product of `dims`. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export type NamedTensors = Readonly<Record<string, Tensor>>;
