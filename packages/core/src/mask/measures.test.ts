import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryMask } from '../testing/arbitrary-mask.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture } from '../testing/mask-picture.ts';
import type { Bitmap } from './bitmap.ts';
import { findBackgroundComponents, findComponents, findHoles } from './components.ts';
import { measureMask } from './measures.ts';

function transposed({ width, height, data }: Bitmap): Bitmap {
  return {
    width: height,
    height: width,
    data: data.map((_, i) => data[(i % height) * width + Math.floor(i / height)] as number),
  };
}

describe('measures of a mask', () => {
  test('count pixels, components, holes, and the length of outer contours', () => {
    const mask = maskFromPicture(`
      .........
      .####..#.
      .#..#....
      .#..#....
      .####....
      .....#...
      .........
    `);
    const toCorner = Math.fround(Math.SQRT2);
    expect(measureMask(mask)).toEqual({
      areaPx: 14,
      perimeterPx: 12 + 2 * toCorner,
      box: { x1: 1, y1: 1, x2: 8, y2: 6 },
      components: 2,
      holes: 1,
    });
  });

  test('of an empty mask are zeros and no box', () => {
    expect(measureMask(maskFromPicture('...\n...'))).toEqual({
      areaPx: 0,
      perimeterPx: 0,
      box: null,
      components: 0,
      holes: 0,
    });
  });

  test('of a full mask follow the border of the image', () => {
    expect(measureMask(maskFromPicture('#####\n#####\n#####'))).toEqual({
      areaPx: 15,
      perimeterPx: 12,
      box: { x1: 0, y1: 0, x2: 5, y2: 3 },
      components: 1,
      holes: 0,
    });
  });

  test('do not take a bay, a corner contact or what touches the border for a hole', () => {
    const bay = maskFromPicture(`
      ####
      #...
      ####
    `);
    const atBorder = maskFromPicture(`
      ##.#
      #..#
      ####
    `);
    const cornerContact = maskFromPicture(`
      .#.
      #.#
      .#.
    `);
    expect([bay, atBorder, cornerContact].map((mask) => measureMask(mask).holes)).toEqual([0, 0, 1]);
  });

  test('do not depend on which axis is which', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const { box, ...measures } = measureMask(mask);
        const { box: turnedBox, ...turned } = measureMask(transposed(mask));
        expect({ ...turned, perimeterPx: 0 }).toEqual({ ...measures, perimeterPx: 0 });
        expect(turned.perimeterPx).toBeCloseTo(measures.perimeterPx, 3);
        expect(turnedBox).toEqual(box && { x1: box.y1, y1: box.x1, x2: box.y2, y2: box.x2 });
      }),
    );
  });

  test('satisfy Euler: components minus holes is what corners of 2 x 2 pixels add up to', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const { components, holes } = measureMask(mask);
        expect(components - holes).toBe(eulerNumber(mask));
      }),
    );
  });
});

/** S. B. Gray, Local properties of binary images in two dimensions, 1971, for 8-connected objects. */
function eulerNumber({ width, height, data }: Bitmap): number {
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : (data[y * width + x] as number);
  let quarters = 0;
  for (let y = -1; y < height; y++) {
    for (let x = -1; x < width; x++) {
      const [a, b, c, d] = [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)];
      const set = a + b + c + d;
      if (set === 1) quarters += 1;
      else if (set === 3) quarters -= 1;
      else if (set === 2 && a === d) quarters -= 2;
    }
  }
  return quarters / 4;
}

describe('components', () => {
  const mask = maskFromPicture(`
    ..#....##
    ##.....##
    ...###...
    ...#.#...
    ...###..#
  `);

  test('are 8-connected and come in raster order', () => {
    expect(findComponents(mask)).toEqual([
      { areaPx: 3, box: { x1: 0, y1: 0, x2: 3, y2: 2 }, start: { x: 2, y: 0 } },
      { areaPx: 4, box: { x1: 7, y1: 0, x2: 9, y2: 2 }, start: { x: 7, y: 0 } },
      { areaPx: 8, box: { x1: 3, y1: 2, x2: 6, y2: 5 }, start: { x: 3, y: 2 } },
      { areaPx: 1, box: { x1: 8, y1: 4, x2: 9, y2: 5 }, start: { x: 8, y: 4 } },
    ]);
  });

  test('of the background are 4-connected', () => {
    expect(findBackgroundComponents(mask).map(({ areaPx, start }) => [areaPx, start.x, start.y])).toEqual([
      [2, 0, 0],
      [26, 3, 0],
      [1, 4, 3],
    ]);
  });

  test('of the background that reach no border are the holes', () => {
    expect(findHoles(mask)).toEqual([
      { areaPx: 1, box: { x1: 4, y1: 3, x2: 5, y2: 4 }, start: { x: 4, y: 3 } },
    ]);
  });
});
