import fc from 'fast-check';
import { expect, test } from 'vitest';
import { float16FromFloat32, float32FromFloat16 } from './float16.ts';

/** Every half there is, in the order of its bits. */
const all = float32FromFloat16(
  Buffer.from(Uint16Array.from({ length: 65_536 }, (_, i) => i).buffer).toString('base64'),
);

test('every half survives the way there and back', () => {
  const numbers = all.filter((value) => !Number.isNaN(value));
  expect(numbers).toHaveLength(65_536 - 2 * 1023);
  expect(float32FromFloat16(float16FromFloat32(numbers))).toEqual(numbers);
  expect(float32FromFloat16(float16FromFloat32(Float32Array.of(Number.NaN)))).toEqual(
    Float32Array.of(Number.NaN),
  );
});

test('what lies between two halves goes to the nearer one, and from the middle to the even one', () => {
  const positive = all.subarray(0, 31 * 1024);
  fc.assert(
    fc.property(fc.nat(positive.length - 2), fc.double({ min: 0, max: 1, noNaN: true }), (index, part) => {
      const [low, high] = [positive[index] as number, positive[index + 1] as number];
      const value = Math.fround(low + (high - low) * part);
      const [rounded] = float32FromFloat16(float16FromFloat32(Float32Array.of(value)));
      const middle = (low + high) / 2;
      const even = index % 2 === 0 ? low : high;
      expect(rounded).toBe(value === middle ? even : value < middle ? low : high);
    }),
    { seed: 20_261_124, numRuns: 2000 },
  );
  expect([...float32FromFloat16(float16FromFloat32(Float32Array.of(65_519, 65_520, -1e9)))]).toEqual([
    65_504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]);
});

test('the text is base64, of any length and from the middle of a buffer', () => {
  for (let length = 0; length < 8; length++) {
    const values = Float32Array.from({ length: length + 2 }, (_, i) => i - 3.5).subarray(2);
    const text = float16FromFloat32(values);
    expect(text).toBe(Buffer.from(text, 'base64').toString('base64'));
    expect(float32FromFloat16(text)).toEqual(values);
  }
});
