import type { Initializer } from './graph.ts';
import type { LazyTensor } from './lazy-tensor.ts';

/** The value that stands for zero. */
const ZERO = 128;

/**
 * A matrix in 8 bits with a scale for each block of a row, as `MatMulNBits` takes it: value = (stored - 128) * scale.
 *
 * @param tensor [rows, columns]; columns are a multiple of `block`
 * @returns data uint8 [rows, columns / block, block]; scales float32 [rows * columns / block]
 */
export function quantizeRows(
  tensor: LazyTensor,
  block: number,
): { readonly data: Initializer; readonly scales: Initializer } {
  const [rows = 0, columns = 0] = tensor.shape;
  if (columns % block !== 0) throw new RangeError(`${tensor.name} has rows that are no multiple of ${block}`);
  const blocks = columns / block;
  return {
    data: {
      name: `eight bits(${tensor.name})`,
      type: 'uint8',
      shape: [rows, blocks, block],
      bytes: async () => {
        const values = await tensor.read();
        return quantized(values, blockScales(values, block), block);
      },
    },
    scales: {
      name: `scales(${tensor.name})`,
      type: 'float32',
      shape: [rows * blocks],
      bytes: async () => new Uint8Array(blockScales(await tensor.read(), block).buffer),
    },
  };
}

/** The largest magnitude of each block, as 127 steps. */
function blockScales(values: Float32Array, block: number): Float32Array<ArrayBuffer> {
  const scales = new Float32Array(values.length / block);
  for (let b = 0; b < scales.length; b++) {
    let largest = 0;
    for (let i = b * block; i < (b + 1) * block; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0));
    scales[b] = largest / 127;
  }
  return scales;
}

function quantized(values: Float32Array, scales: Float32Array, block: number): Uint8Array {
  return Uint8Array.from(values, (value, i) => {
    const scale = scales[Math.floor(i / block)] ?? 0;
    return scale === 0 ? ZERO : Math.round(value / scale) + ZERO;
  });
}
