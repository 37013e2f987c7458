import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryMask } from '../testing/arbitrary-mask.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture, pictureOfMask } from '../testing/mask-picture.ts';
import type { Bitmap } from './bitmap.ts';
import { measureMask } from './measures.ts';
import { decodeRle, encodeRle, rleArea, rleBox } from './rle.ts';

/** The definition, pixel by pixel. */
function plainCounts({ width, height, data }: Bitmap): number[] {
  const counts: number[] = [];
  let value = 0;
  let count = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (data[y * width + x] !== value) {
        counts.push(count);
        count = 0;
        value = 1 - value;
      }
      count++;
    }
  }
  return [...counts, count];
}

describe('COCO runs', () => {
  test('go down the columns, zeros first', () => {
    const mask = maskFromPicture(`
      ..#..
      .##..
      .##.#
    `);
    expect(encodeRle(mask)).toEqual({ size: { width: 5, height: 3 }, counts: Uint32Array.of(4, 5, 5, 1) });
  });

  test('begin with a count of 0 where the first pixel is set', () => {
    expect(encodeRle(maskFromPicture('##.\n###')).counts).toEqual(Uint32Array.of(0, 4, 1, 1));
  });

  test('of an empty and of a full mask are one and two counts', () => {
    expect(encodeRle(maskFromPicture('....')).counts).toEqual(Uint32Array.of(4));
    expect(encodeRle(maskFromPicture('###\n###')).counts).toEqual(Uint32Array.of(0, 6));
  });

  test('equal those of a walk over the pixels, and decode to the same mask', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const rle = encodeRle(mask);
        expect(Array.from(rle.counts)).toEqual(plainCounts(mask));
        expect(pictureOfMask(decodeRle(rle))).toBe(pictureOfMask(mask));
      }),
    );
  });

  test('know area and box without being decoded', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const { areaPx, box } = measureMask(mask);
        const rle = encodeRle(mask);
        expect([rleArea(rle), rleBox(rle)]).toEqual([areaPx, box]);
      }),
    );
  });

  test('decode with counts of 0 between others', () => {
    const rle = { size: { width: 3, height: 2 }, counts: Uint32Array.of(2, 0, 1, 2, 0, 0, 1) };
    expect(pictureOfMask(decodeRle(rle))).toBe('..#\n.#.');
    expect(rleBox(rle)).toEqual({ x1: 1, y1: 0, x2: 3, y2: 2 });
  });

  test('that do not add up to the size are refused', () => {
    const rle = { size: { width: 3, height: 2 }, counts: Uint32Array.of(2, 3) };
    expect(() => decodeRle(rle)).toThrow('the counts add up to 5, not to 3 x 2');
  });

  test('that claim more pixels than a mask may have are refused before memory is taken', () => {
    const rle = { size: { width: 65536, height: 65535 }, counts: Uint32Array.of(65536 * 65535) };
    expect(() => decodeRle(rle)).toThrow(expect.objectContaining({ code: 'mask-size-invalid' }));
  });
});
