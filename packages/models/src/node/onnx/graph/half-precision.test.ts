import { expect, test } from 'vitest';
import { toHalf } from './half-precision.ts';

test.each<[string, number, number]>([
  ['one', 1, 0x3c00],
  ['minus two', -2, 0xc000],
  ['the smallest normal number', 2 ** -14, 0x0400],
  ['the smallest number', 2 ** -24, 0x0001],
  ['less than half of that', 2 ** -26, 0x0000],
  ['a tie towards the even below', 1 + 2 ** -11, 0x3c00],
  ['a tie towards the even above', 1 + 3 * 2 ** -11, 0x3c02],
  ['a mantissa that rolls over', 2 - 2 ** -12, 0x4000],
  ['the largest number', 65_504, 0x7bff],
  ['more than the largest', 1e6, 0x7bff],
  ['minus infinity', Number.NEGATIVE_INFINITY, 0xfbff],
  ['not a number', Number.NaN, 0x7e00],
])('%s', (_what, value, bits) => {
  expect([...toHalf(Float32Array.of(value))]).toEqual([bits]);
});
