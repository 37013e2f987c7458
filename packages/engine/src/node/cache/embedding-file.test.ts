import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unpackTensors } from '../../unpack-tensors.ts';
import { packEmbedding, unpackEmbedding } from './embedding-file.ts';

const tensors = {
  image_features: { dims: [1, 3, 2], data: Float32Array.of(1.5, -2, 3, 4, 5, 6) },
  détails: { dims: [2], data: Float32Array.of(-0.25, 7) },
};

describe('the file of an embedding', () => {
  test('gives back what was written', () => {
    expect(unpackEmbedding('key', packEmbedding('key', tensors))).toEqual(tensors);
  });

  test('is read by a browser, too, and refused where it was cut', () => {
    const bytes = packEmbedding('key', tensors);
    expect(unpackTensors(Uint8Array.from(bytes).buffer)).toEqual(tensors);
    for (let length = 0; length < bytes.length - 4; length++) {
      expect(() => unpackTensors(Uint8Array.from(bytes.subarray(0, length)).buffer)).toThrow();
    }
  });

  test('is refused under another key', () => {
    expect(unpackEmbedding('another', packEmbedding('key', tensors))).toBeNull();
  });

  test('is refused when it was cut at any byte', () => {
    const bytes = packEmbedding('key', tensors);
    for (let length = 0; length < bytes.length; length++) {
      expect(unpackEmbedding('key', bytes.subarray(0, length))).toBeNull();
    }
  });

  test('is refused when any bit has changed', () => {
    const bytes = packEmbedding('key', tensors);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (index, bit) => {
        const damaged = bytes.slice();
        damaged[index] = (damaged[index] ?? 0) ^ (1 << bit);
        expect(unpackEmbedding('key', damaged)).toBeNull();
      }),
      { seed: 20_261_123 },
    );
  });

  test('is read from a view that is not aligned', () => {
    const bytes = packEmbedding('key', tensors);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(unpackEmbedding('key', shifted.subarray(1))).toEqual(tensors);
  });
});
