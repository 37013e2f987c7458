import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryMask } from '../testing/arbitrary-mask.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture } from '../testing/mask-picture.ts';
import { arcLength, findContours } from './contours.ts';
import { measureMask } from './measures.ts';

function external(picture: string, approximation: 'simple' | 'none'): number[][] {
  return findContours(maskFromPicture(picture), { retrieve: 'external', approximation }).map(({ points }) =>
    Array.from(points),
  );
}

/** The points of a closed contour, each with its chessboard distance from the one before. */
function stepsOf(points: Int32Array): { x: number; y: number; length: number }[] {
  return Array.from({ length: points.length / 2 }, (_, i) => {
    const [x = -1, y = -1] = points.subarray(2 * i, 2 * i + 2);
    const [fromX = -1, fromY = -1] = i === 0 ? points.subarray(-2) : points.subarray(2 * i - 2, 2 * i);
    return { x, y, length: Math.max(Math.abs(x - fromX), Math.abs(y - fromY)) };
  });
}

describe('contours', () => {
  test('of a rectangle go down its left side first, corner by corner', () => {
    const picture = `
      ......
      .####.
      .####.
      .####.
    `;
    expect(external(picture, 'simple')).toEqual([[1, 1, 1, 3, 4, 3, 4, 1]]);
    expect(external(picture, 'none')).toEqual([[1, 1, 1, 2, 1, 3, 2, 3, 3, 3, 4, 3, 4, 2, 4, 1, 3, 1, 2, 1]]);
  });

  test('of a lone pixel are that pixel', () => {
    expect(external('...\n..#', 'simple')).toEqual([[2, 1]]);
  });

  test('of a line go there and back', () => {
    expect(external('.....\n.###.', 'none')).toEqual([[1, 1, 2, 1, 3, 1, 2, 1]]);
    expect(external('.....\n.###.', 'simple')).toEqual([[1, 1, 3, 1]]);
  });

  test('join pixels that touch at a corner', () => {
    const picture = `
      #..
      .#.
      ..#
    `;
    expect(external(picture, 'simple')).toEqual([[0, 0, 2, 2]]);
  });

  const nested = `
    #######....
    #.....#....
    #.###.#.#..
    #.#.#.#....
    #.###.#....
    #.....#....
    #######....
  `;

  test('that are external leave out what lies in a hole of another component', () => {
    expect(external(nested, 'simple')).toEqual([
      [0, 0, 0, 6, 6, 6, 6, 0],
      [8, 2],
    ]);
  });

  test('that are all hold the nested component and, after the components, the holes', () => {
    const contours = findContours(maskFromPicture(nested), { retrieve: 'all' });
    expect(contours.map(({ points, isHole }) => [isHole, ...points.subarray(0, 2)])).toEqual([
      [false, 0, 0],
      [false, 2, 2],
      [false, 8, 2],
      [true, 0, 1],
      [true, 2, 3],
    ]);
  });

  test('of a hole run along the mask around it', () => {
    const picture = `
      #####
      #...#
      #####
    `;
    const [, hole] = findContours(maskFromPicture(picture), { retrieve: 'all', approximation: 'simple' });
    expect(Array.from(hole?.points ?? [])).toEqual([0, 1, 1, 0, 3, 0, 4, 1, 3, 2, 1, 2]);
  });

  test('of an empty mask are none', () => {
    expect(external('....', 'simple')).toEqual([]);
  });

  test('have as many outer and hole borders as the mask has components and holes, and the measured length', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const { components, holes, perimeterPx } = measureMask(mask);
        const all = findContours(mask, { retrieve: 'all', approximation: 'none' });
        expect(all.filter(({ isHole }) => !isHole)).toHaveLength(components);
        expect(all.filter(({ isHole }) => isHole)).toHaveLength(holes);
        const outer = findContours(mask, { retrieve: 'external' });
        expect(outer.reduce((sum, { points }) => sum + arcLength(points), 0)).toBeCloseTo(perimeterPx, 9);
      }),
    );
  });

  test('pass through pixels that are set, one step apart', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        for (const { points } of findContours(mask, { retrieve: 'all', approximation: 'none' })) {
          const steps = stepsOf(points);
          expect(steps.every(({ x, y }) => mask.data[y * mask.width + x] === 1)).toBe(true);
          expect(steps.every(({ length }) => length === (points.length === 2 ? 0 : 1))).toBe(true);
        }
      }),
    );
  });
});

describe('arc length', () => {
  test('closes the polygon', () => {
    expect(arcLength([0, 0, 3, 0, 3, 4])).toBe(12);
  });

  test('of a point and of nothing is 0', () => {
    expect([arcLength([5, 7]), arcLength([])]).toEqual([0, 0]);
  });

  test('rounds each segment to single precision', () => {
    expect(arcLength([0, 0, 1, 1])).toBe(2 * Math.fround(Math.SQRT2));
  });
});
