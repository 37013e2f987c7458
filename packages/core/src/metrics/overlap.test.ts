import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bitmap } from '../mask/bitmap.ts';
import { encodeRle } from '../mask/rle.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture } from '../testing/mask-picture.ts';
import { maskDice, maskIou, maskOverlap, rleDice, rleIou, rleOverlap } from './overlap.ts';

const square = maskFromPicture(`
  .....
  .###.
  .###.
`);
const shifted = maskFromPicture(`
  .....
  ..###
  ..##.
`);
const empty = maskFromPicture('.....\n.....\n.....');

describe('overlap of masks', () => {
  test('counts what is in both and what is in either', () => {
    expect(maskOverlap(square, shifted)).toEqual({ intersectionPx: 4, unionPx: 7 });
    expect([maskIou(square, shifted), maskDice(square, shifted)]).toEqual([4 / 7, 8 / 11]);
  });

  test('of two empty masks is whole, of an empty one with another none', () => {
    expect([
      maskIou(empty, empty),
      maskDice(empty, empty),
      maskIou(empty, square),
      maskDice(square, empty),
    ]).toEqual([1, 1, 0, 0]);
  });

  test('is the same on encoded masks', () => {
    const pair = fc
      .record({ width: fc.integer({ min: 1, max: 13 }), height: fc.integer({ min: 1, max: 11 }) })
      .chain((size) => {
        const bits = fc.uint8Array({
          min: 0,
          max: 1,
          minLength: size.width * size.height,
          maxLength: size.width * size.height,
        });
        return fc.tuple(bits, bits).map(([a, b]): [Bitmap, Bitmap] => [
          { ...size, data: a },
          { ...size, data: b },
        ]);
      });
    assertProperty(
      fc.property(pair, ([a, b]) => {
        expect(rleOverlap(encodeRle(a), encodeRle(b))).toEqual(maskOverlap(a, b));
        expect(rleIou(encodeRle(a), encodeRle(b))).toBe(maskIou(b, a));
        expect(rleDice(encodeRle(a), encodeRle(b))).toBe(maskDice(b, a));
      }),
    );
  });

  test('is counted over runs of length 0', () => {
    const size = { width: 2, height: 3 };
    const a = { size, counts: Uint32Array.of(0, 0, 1, 3, 0, 2) };
    const b = { size, counts: Uint32Array.of(3, 0, 0, 2, 1) };
    expect(rleOverlap(a, b)).toEqual({ intersectionPx: 2, unionPx: 5 });
  });

  test('of masks of two images is refused', () => {
    const other = maskFromPicture('###\n###');
    const refusal = expect.objectContaining({
      code: 'mask-size-mismatch',
      details: { first: '5 x 3 pixels', second: '3 x 2 pixels' },
    });
    expect(() => maskIou(square, other)).toThrow(refusal);
    expect(() => rleIou(encodeRle(square), encodeRle(other))).toThrow(refusal);
  });
});
