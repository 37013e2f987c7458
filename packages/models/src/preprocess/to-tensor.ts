import type { Size } from '@calque/core';
import type { Tensor } from '../adapter/tensor.ts';
import type { InputSpec } from '../manifest/manifest.ts';

/**
 * Normalises resized pixels into the encoder's input.
 *
 * @param pixels uint8, interleaved RGB, row-major, shape [scaled.height, scaled.width, 3], 0 … 255; only read.
 * @param into memory for the result, taken where its length is that of the tensor: fresh memory can cost more than the work.
 * @returns float32, shape [1, 3, size.height, size.width] in the spec's channel order; zeros right of and below
 *   the image (padding comes after normalisation). Source: SAM 1 `modeling/sam.py`, `preprocess`.
 */
export function toTensor(
  pixels: Uint8Array,
  scaled: Size,
  spec: InputSpec,
  into: Float32Array | null = null,
): Tensor {
  const { width, height } = spec.size;
  const plane = width * height;
  const data = into?.length === 3 * plane ? into.fill(0) : new Float32Array(3 * plane);
  const [first, second, third] = [0, 1, 2].map((channel) => normalisedValues(spec, channel)) as Tables;
  const swap = spec.channelOrder === 'bgr' ? 2 : 0;
  let from = 0;
  for (let y = 0; y < scaled.height; y++) {
    let out = y * width;
    for (let x = 0; x < scaled.width; x++, from += 3, out++) {
      data[out] = first[pixels[from + swap] as number] as number;
      data[out + plane] = second[pixels[from + 1] as number] as number;
      data[out + 2 * plane] = third[pixels[from + 2 - swap] as number] as number;
    }
  }
  return { dims: [1, 3, height, width], data };
}

type Tables = [Float32Array, Float32Array, Float32Array];

function normalisedValues({ scale, mean, std }: InputSpec, channel: number): Float32Array {
  return Float32Array.from(
    { length: 256 },
    (_, value) => (value * scale - (mean[channel] ?? 0)) / (std[channel] ?? 1),
  );
}
