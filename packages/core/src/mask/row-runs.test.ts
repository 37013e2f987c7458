import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryMask } from '../testing/arbitrary-mask.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture } from '../testing/mask-picture.ts';
import type { Bitmap } from './bitmap.ts';
import { boxOfRuns, complementOf, paintRunsInto, type RowRuns, rowRunsOf } from './row-runs.ts';

function intervals(runs: RowRuns): string[] {
  return Array.from({ length: runs.height }, (_, y) =>
    Array.from(runs.starts.subarray(runs.rowStart[y], runs.rowStart[y + 1]), (start, i) => {
      return `${start}-${runs.ends[(runs.rowStart[y] as number) + i]}`;
    }).join(' '),
  );
}

function painted(runs: RowRuns, value: 0 | 1): number[] {
  const data = new Uint8Array(runs.width * runs.height).fill(1 - value);
  paintRunsInto(data, runs, new Uint8Array(runs.count).fill(1), value);
  return Array.from(data);
}

describe('runs of a mask', () => {
  test('cover the pixels set, row by row, cut where a row ends', () => {
    const mask = maskFromPicture(`
      .##..#
      ...###
      ######
      ......
      #....#
    `);
    expect(intervals(rowRunsOf(mask))).toEqual(['1-3 5-6', '3-6', '0-6', '', '0-1 5-6']);
    expect(intervals(complementOf(rowRunsOf(mask)))).toEqual(['0-1 3-5', '0-3', '', '0-6', '1-5']);
    expect(boxOfRuns(rowRunsOf(mask))).toEqual({ x1: 0, y1: 0, x2: 6, y2: 5 });
  });

  test('of an empty mask have no box', () => {
    expect(boxOfRuns(rowRunsOf(maskFromPicture('...')))).toBeNull();
  });

  test('paint the same mask again, and their complement the rest', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const runs = rowRunsOf(mask);
        expect(painted(runs, 1)).toEqual(Array.from(mask.data));
        expect(painted(complementOf(runs), 0)).toEqual(Array.from(mask.data));
      }),
    );
  });

  test('do not depend on where the bytes lie in their buffer', () => {
    assertProperty(
      fc.property(arbitraryMask(), fc.integer({ min: 0, max: 9 }), (mask, shift) => {
        const buffer = new Uint8Array(mask.data.length + 20).fill(1);
        buffer.set(mask.data, shift);
        const shifted: Bitmap = { ...mask, data: buffer.subarray(shift, shift + mask.data.length) };
        expect(intervals(rowRunsOf(shifted))).toEqual(intervals(rowRunsOf(mask)));
      }),
    );
  });

  test('take any byte other than 0 as set', () => {
    const mask = maskFromPicture('..#####..\n.########');
    const bright: Bitmap = { ...mask, data: mask.data.map((value) => value * 255) };
    expect(intervals(rowRunsOf(bright))).toEqual(['2-7', '1-9']);
  });

  test.each([
    ['a side of 0', { width: 0, height: 5, data: new Uint8Array(0) }, '0 x 5 pixels'],
    ['too few bytes', { width: 4, height: 5, data: new Uint8Array(19) }, '4 x 5 pixels in 19 bytes'],
    ['a broken side', { width: 2.5, height: 2, data: new Uint8Array(5) }, '2.5 x 2 pixels'],
  ])('refuse %s', (_, mask, found) => {
    expect(() => rowRunsOf(mask)).toThrow(
      expect.objectContaining({ code: 'mask-size-invalid', details: { found } }),
    );
  });
});
