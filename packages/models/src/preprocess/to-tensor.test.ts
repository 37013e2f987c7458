import { describe, expect, test } from 'vitest';
import { sam2HieraTiny } from '../manifest/builtin-manifests.ts';
import { toTensor } from './to-tensor.ts';

const spec = {
  ...sam2HieraTiny.input,
  size: { width: 3, height: 2 },
  mean: [10, 20, 30],
  std: [2, 4, 5],
  scale: 1,
} as const;
const pixels = Uint8Array.of(12, 24, 40, 14, 28, 45);

describe('the input tensor', () => {
  test('has planes in channel order and zeros where the image ends', () => {
    const { dims, data } = toTensor(pixels, { width: 2, height: 1 }, spec);
    expect(dims).toEqual([1, 3, 2, 3]);
    expect([...data]).toEqual([1, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0]);
  });

  test('can go into memory that was used before; memory of another length is left alone', () => {
    const size = { width: 2, height: 1 };
    const used = new Float32Array(18).fill(99);
    const into = toTensor(pixels, size, spec, used);
    expect(into.data).toBe(used);
    expect(into.data).toEqual(toTensor(pixels, size, spec).data);
    const other = new Float32Array(17).fill(99);
    expect(toTensor(pixels, size, spec, other).data).toEqual(into.data);
    expect(other.every((value) => value === 99)).toBe(true);
  });

  test('can be blue first', () => {
    const { data } = toTensor(pixels, { width: 2, height: 1 }, { ...spec, channelOrder: 'bgr' });
    expect([...data.subarray(0, 2)]).toEqual([15, 17.5]);
  });
});
