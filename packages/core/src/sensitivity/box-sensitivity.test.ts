import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bitmap } from '../mask/bitmap.ts';
import { measureMask } from '../mask/measures.ts';
import { encodeRle } from '../mask/rle.ts';
import { maskIou } from '../metrics/overlap.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture } from '../testing/mask-picture.ts';
import type { BoxChange } from './box-family.ts';
import { type BoxAnswer, measureSensitivity, UNSTABLE_FROM } from './box-sensitivity.ts';
import { disagreementOf } from './disagreement.ts';
import { instabilityMap } from './instability-map.ts';

function answer(bitmap: Bitmap, kind: BoxChange = 'grown', change = 0.1, score = 0.9): BoxAnswer {
  const { areaPx, perimeterPx } = measureMask(bitmap);
  const box = { x1: 0, y1: 0, x2: bitmap.width, y2: bitmap.height };
  return { variant: { kind, change, box }, candidate: 1, score, areaPx, perimeterPx, rle: encodeRle(bitmap) };
}

const reference = maskFromPicture(`
  .......
  .###...
  .###...
  .......
`);
const longer = maskFromPicture(`
  .......
  .####..
  .####..
  .......
`);
const longest = maskFromPicture(`
  .......
  .#####.
  .####..
  .......
`);

describe('the sensitivity of a mask to its box', () => {
  test('compares every answer with the mask in effect', () => {
    const answers = [
      answer(reference, 'unchanged', 0, 0.95),
      answer(longer, 'grown', 0.1, 0.9),
      answer(longest, 'grown', 0.2, 0.7),
    ];
    const { sensitivity } = measureSensitivity(encodeRle(reference), answers);
    const { outcomes, spread, referenceAreaPx } = sensitivity;
    expect(referenceAreaPx).toBe(6);
    expect(outcomes.map(({ kind, change, iou }) => [kind, change, iou])).toEqual([
      ['unchanged', 0, 1],
      ['grown', 0.1, 6 / 8],
      ['grown', 0.2, 6 / 9],
    ]);
    expect(spread.areaPx).toEqual({ mean: 23 / 3, sd: expect.closeTo(1.527525, 6), min: 6, max: 9 });
    expect(spread.score).toEqual({
      mean: expect.closeTo(0.85),
      sd: expect.closeTo(0.132288, 6),
      min: 0.7,
      max: 0.95,
    });
    expect(spread.iou).toMatchObject({ min: 6 / 9, max: 1 });
  });

  test('counts the pixels that enough answers see otherwise', () => {
    const same = Array.from({ length: 17 }, () => answer(reference));
    const answers = [...same, answer(longer), answer(longest), answer(longest)];
    const { sensitivity } = measureSensitivity(encodeRle(reference), answers);
    // Two columns of `longer` differ in 3 of 20, the tip of `longest` in 2 of 20: exactly the tenth that counts.
    expect(sensitivity.unstablePx).toBe(3);
    expect(sensitivity.unstableShare).toBe(3 / 9);
    const more = [...answers, answer(reference)];
    expect(measureSensitivity(encodeRle(reference), more).sensitivity.unstablePx).toBe(2);
  });

  test('is drawn as a map over the places that differ', () => {
    const { map } = measureSensitivity(encodeRle(reference), [answer(longer), answer(longest)]);
    expect(map).toEqual({
      frame: { x1: 4, y1: 1, x2: 6, y2: 3 },
      columns: 2,
      rows: 2,
      shares: Uint8Array.of(255, 128, 255, 0),
    });
  });

  test('has no map where nothing differs, and nothing unstable', () => {
    const { map, sensitivity } = measureSensitivity(encodeRle(reference), [answer(reference)]);
    expect(map).toBeNull();
    expect(sensitivity).toMatchObject({ unstablePx: 0, unstableShare: 0, reading: { finding: 'stable' } });
  });

  test('without an answer says so', () => {
    const { sensitivity, map } = measureSensitivity(encodeRle(reference), []);
    expect(map).toBeNull();
    expect(sensitivity).toMatchObject({
      outcomes: [],
      unstableShare: 0,
      steadyChange: 0,
      reading: { finding: 'none' },
    });
  });

  test('refuses a mask of another image', () => {
    const other = answer(maskFromPicture('##\n..'));
    expect(() => measureSensitivity(encodeRle(reference), [other])).toThrow(
      expect.objectContaining({ code: 'mask-size-mismatch' }),
    );
  });
});

/** Several masks of one size. */
const masksOfOneSize = fc
  .record({ width: fc.integer({ min: 1, max: 17 }), height: fc.integer({ min: 1, max: 13 }) })
  .chain(({ width, height }) => {
    const data = fc.uint8Array({ min: 0, max: 1, minLength: width * height, maxLength: width * height });
    return fc.array(
      data.map((bits): Bitmap => ({ width, height, data: bits })),
      { minLength: 2, maxLength: 9 },
    );
  });

describe('pixel by pixel, slowly', () => {
  test('the same pixels are unstable and the same IoU comes out', () => {
    assertProperty(
      fc.property(masksOfOneSize, ([own, ...others]) => {
        if (own === undefined) return;
        const answers = others.map((one) => answer(one));
        const { sensitivity } = measureSensitivity(encodeRle(own), answers);
        let [unstable, covered] = [0, 0];
        own.data.forEach((value, at) => {
          const differing = others.filter(({ data }) => data[at] !== value).length;
          if (differing > 0 && differing / others.length >= UNSTABLE_FROM) unstable++;
          if (value === 1 || differing > 0) covered++;
        });
        expect(sensitivity.unstablePx).toBe(unstable);
        expect(sensitivity.unstableShare).toBe(covered === 0 ? 0 : unstable / covered);
        expect(sensitivity.outcomes.map(({ iou }) => iou)).toEqual(others.map((one) => maskIou(own, one)));
      }),
    );
  });

  test.each([1, 3, 4, 50])('the map of at most %i cells a side has the same shares', (longestSide) => {
    assertProperty(
      fc.property(masksOfOneSize, ([own, ...others]) => {
        if (own === undefined) return;
        const map = instabilityMap(disagreementOf(encodeRle(own), others.map(encodeRle)), longestSide);
        expect(map).toEqual(slowMap(own, others, longestSide));
        if (map !== null) expect(Math.max(map.columns, map.rows)).toBeLessThanOrEqual(longestSide);
      }),
    );
  });
});

/** The same map from bitmaps: every cell looks at every pixel. */
function slowMap(own: Bitmap, others: readonly Bitmap[], longestSide: number): unknown {
  const places = [...own.data.keys()].map((at) => ({
    x: at % own.width,
    y: Math.floor(at / own.width),
    share: others.filter(({ data }) => data[at] !== own.data[at]).length / others.length,
  }));
  const differing = places.filter(({ share }) => share > 0);
  if (differing.length === 0) return null;
  const [xs, ys] = [differing.map(({ x }) => x), differing.map(({ y }) => y)];
  const frame = {
    x1: Math.min(...xs),
    y1: Math.min(...ys),
    x2: Math.max(...xs) + 1,
    y2: Math.max(...ys) + 1,
  };
  const [width, height] = [frame.x2 - frame.x1, frame.y2 - frame.y1];
  const cellPx = Math.max(1, Math.ceil(Math.max(width, height) / longestSide));
  const [columns, rows] = [Math.ceil(width / cellPx), Math.ceil(height / cellPx)];
  const shares = Array.from({ length: columns * rows }, (_, cell) => {
    const inside = places.filter(({ x, y }) => {
      const [column, row] = [((x - frame.x1) * columns) / width, ((y - frame.y1) * rows) / height];
      const isInFrame = x >= frame.x1 && x < frame.x2 && y >= frame.y1 && y < frame.y2;
      return (
        isInFrame && Math.floor(column) === cell % columns && Math.floor(row) === Math.floor(cell / columns)
      );
    });
    const sum = inside.reduce((total, { share }) => total + Math.round(share * others.length), 0);
    return Math.round((255 * sum) / (inside.length * others.length));
  });
  return { frame, columns, rows, shares: Uint8Array.from(shares) };
}
