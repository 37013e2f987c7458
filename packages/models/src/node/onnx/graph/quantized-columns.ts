import type { Initializer } from './graph.ts';
import type { LazyTensor } from './lazy-tensor.ts';

/**
 * Steps on either side of zero. With 7 bits, sums of two products with an unsigned byte stay below 2^15: on processors without
 * dot-product instructions onnxruntime adds in 16 bits and would saturate.
 */
const STEPS = 63;

/** A matrix in 8 bits with a scale for each of its columns: value = stored * scale. */
export interface QuantizedColumns {
  /** int8 [in, out] */
  readonly data: Initializer;
  /** float32 [out] */
  readonly scales: Initializer;
}

/**
 * The weight of a linear layer in 8 bits, transposed as `MatMulIntegerToFloat` takes it.
 *
 * @param weight [out, in]
 */
export function quantizedColumns(weight: LazyTensor): QuantizedColumns {
  const [out = 0, inner = 0] = weight.shape;
  return {
    data: {
      name: `eight bits(${weight.name})`,
      type: 'int8',
      shape: [inner, out],
      bytes: async () => {
        const values = await weight.read();
        return transposedBytes(values, rowScales(values, inner), inner);
      },
    },
    scales: {
      name: `scales(${weight.name})`,
      type: 'float32',
      shape: [out],
      bytes: async () => new Uint8Array(rowScales(await weight.read(), inner).buffer),
    },
  };
}

/** The largest magnitude of each row, in steps. */
function rowScales(values: Float32Array, columns: number): Float32Array<ArrayBuffer> {
  const scales = new Float32Array(values.length / columns);
  for (let row = 0; row < scales.length; row++) {
    let largest = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      largest = Math.max(largest, Math.abs(values[i] ?? 0));
    }
    scales[row] = largest / STEPS;
  }
  return scales;
}

function transposedBytes(values: Float32Array, scales: Float32Array, columns: number): Uint8Array {
  const bytes = new Int8Array(values.length);
  const rows = scales.length;
  for (let row = 0; row < rows; row++) {
    const scale = scales[row] ?? 0;
    const steps = scale === 0 ? 0 : 1 / scale;
    for (let column = 0; column < columns; column++) {
      bytes[column * rows + row] = Math.round((values[row * columns + column] ?? 0) * steps);
    }
  }
  return new Uint8Array(bytes.buffer);
}
