import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryMask } from '../testing/arbitrary-mask.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture, pictureOfMask } from '../testing/mask-picture.ts';
import { fillRings } from './fill-rings.ts';
import { bridgedRing, doubledArea, polygonsOfMask } from './mask-polygons.ts';

describe('polygons of a mask', () => {
  test('run along the edges of pixels, outer rings clockwise, holes the other way', () => {
    const mask = maskFromPicture(`
      ......
      .####.
      .#..#.
      .####.
    `);
    expect(polygonsOfMask(mask)).toEqual([
      { outer: Int32Array.of(1, 1, 5, 1, 5, 4, 1, 4), holes: [Int32Array.of(4, 2, 2, 2, 2, 3, 4, 3)] },
    ]);
  });

  test('are separate where pixels touch at a corner, and cut where a ring would touch itself', () => {
    const mask = maskFromPicture(`
      ###.
      #.#.
      ##.#
    `);
    const polygons = polygonsOfMask(mask);
    expect(polygons.map(({ holes }) => holes.length)).toEqual([1, 0]);
    for (const { outer, holes } of polygons) {
      for (const ring of [outer, ...holes]) {
        const corners = Array.from(
          { length: ring.length / 2 },
          (_, i) => `${ring[2 * i]},${ring[2 * i + 1]}`,
        );
        expect(new Set(corners).size).toBe(corners.length);
      }
    }
  });

  test('of any mask fill to the same pixels, as rings and as one ring with bridges', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const polygons = polygonsOfMask(mask);
        const rings = polygons.flatMap(({ outer, holes }) => [outer, ...holes]);
        expect(pictureOfMask(fillRings(rings, mask))).toBe(pictureOfMask(mask));
        expect(pictureOfMask(fillRings([bridgedRing(rings)], mask))).toBe(pictureOfMask(mask));
      }),
    );
  });

  test('of any mask have areas that add up to it, each part in one outer ring', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const polygons = polygonsOfMask(mask);
        const areas = polygons.map(({ outer, holes }) => [doubledArea(outer), ...holes.map(doubledArea)]);
        expect(areas.every(([outer = 0, ...holes]) => outer > 0 && holes.every((hole) => hole < 0))).toBe(
          true,
        );
        const pixels = mask.data.reduce((sum, value) => sum + value, 0);
        expect(areas.flat().reduce((sum, area) => sum + area, 0)).toBe(2 * pixels);
      }),
    );
  });
});

describe('rings are filled', () => {
  test('by the centres of pixels, one on an edge counting to the right of it, cut at the borders', () => {
    // The slanted edge is x = y - 2: it meets the centres of the third row's first pixel and of the fourth's second.
    const triangle = [-2, 0, 4, 0, 4, 6];
    expect(pictureOfMask(fillRings([triangle], { width: 5, height: 4 }))).toBe('####.\n####.\n####.\n.###.');
  });

  test('by the even-odd rule', () => {
    const outer = [0, 0, 5, 0, 5, 4, 0, 4];
    expect(pictureOfMask(fillRings([outer, [1, 1, 3, 1, 3, 3, 1, 3]], { width: 5, height: 4 }))).toBe(
      '#####\n#..##\n#..##\n#####',
    );
  });
});
