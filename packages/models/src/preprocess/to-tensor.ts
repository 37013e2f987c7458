import type { Size } from '@calque/core';
import type { Tensor } from '../adapter/tensor.ts';
import type { InputSpec } from '../manifest/manifest.ts';

/**
 * Normalises resized pixels into the encoder's input.
 *
 * @param pixels uint8, interleaved RGB, row-major, shape [scaled.height, scaled.width, 3], 0 … 255; only read.
 * @returns float32, shape [1, 3, size.height, size.width] in the spec's channel order; zeros right of and below
 *   the image (padding comes after normalisation). Source: SAM 1 `modeling/sam.py`, `preprocess`.
 */
export function toTensor(pixels: Uint8Array, scaled: Size, spec: InputSpec): Tensor {
  const { width, height } = spec.size;
  const plane = width * height;
  const data = new Float32Array(3 * plane);
  for (let c = 0; c < 3; c++) {
    const source = spec.channelOrder === 'rgb' ? c : 2 - c;
    const table = normalisedValues(spec, c);
    for (let y = 0; y < scaled.height; y++) {
      let from = y * scaled.width * 3 + source;
      const out = c * plane + y * width;
      for (let x = 0; x < scaled.width; x++, from += 3)
        data[out + x] = table[pixels[from] as number] as number;
    }
  }
  return { dims: [1, 3, height, width], data };
}

function normalisedValues({ scale, mean, std }: InputSpec, channel: number): Float32Array {
  return Float32Array.from(
    { length: 256 },
    (_, value) => (value * scale - (mean[channel] ?? 0)) / (std[channel] ?? 1),
  );
}
