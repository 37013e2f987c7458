import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryMask } from '../testing/arbitrary-mask.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture, pictureOfMask } from '../testing/mask-picture.ts';
import { createBitmap } from './bitmap.ts';
import { findComponents, findHoles } from './components.ts';
import { postprocess } from './postprocess.ts';
import type { PostprocessOptions } from './postprocess-options.ts';
import { smoothMask } from './smooth.ts';

function after(options: PostprocessOptions, picture: string): string {
  return pictureOfMask(postprocess(maskFromPicture(picture), options));
}

function picture(text: string): string {
  return pictureOfMask(maskFromPicture(text));
}

describe('post-processing', () => {
  const start = `
    ######...#.
    #.##.#.....
    ####.#.##..
    ######.##..
    ...........
    ..#..####..
    .....####..
  `;

  test('fills holes of fewer than N pixels, and bays never', () => {
    const filled = `
      ######...#.
      ####.#.....
      ####.#.##..
      ######.##..
      ...........
      ..#..####..
      .....####..
    `;
    expect(after({ fillHolesPx: 2 }, start)).toBe(picture(filled));
    expect(after({ fillHolesPx: 1 }, start)).toBe(picture(start));
  });

  test('drops islands of fewer than N pixels', () => {
    const dropped = `
      ######.....
      #.##.#.....
      ####.#.....
      ######.....
      ...........
      .....####..
      .....####..
    `;
    expect(after({ dropIslandsPx: 5 }, start)).toBe(picture(dropped));
    expect(after({ dropIslandsPx: 4 }, start)).toContain('.##..');
  });

  test('keeps the K largest components', () => {
    const kept = `
      ######.....
      #.##.#.....
      ####.#.....
      ######.....
      ...........
      ...........
      ...........
    `;
    expect(after({ keepLargest: 1 }, start)).toBe(picture(kept));
    expect(after({ keepLargest: 9 }, start)).toBe(picture(start));
  });

  test('keeps the first in raster order of components of equal size', () => {
    expect(after({ keepLargest: 2 }, '#.....\n...#..\n##.#.#')).toBe(picture('......\n...#..\n##.#..'));
    expect(after({ keepLargest: 1 }, '##.##\n.....\n##.##')).toBe(picture('##...\n.....\n.....'));
  });

  test('fills holes before it measures islands', () => {
    const ring = `
      ###.##
      #.#...
      ###...
    `;
    expect(after({ fillHolesPx: 2, dropIslandsPx: 9 }, ring)).toBe(picture('###...\n###...\n###...'));
    expect(after({ dropIslandsPx: 9 }, ring)).toBe(picture('......\n......\n......'));
  });

  test('smooths last: a spike and a notch go', () => {
    const rough = `
      ...........
      .....#.....
      .#########.
      .#########.
      .####.####.
      .#########.
      .#########.
      .####.####.
      ...........
    `;
    const smoothed = after({ smoothRadiusPx: 1 }, rough);
    expect(smoothed).toBe(
      picture(`
        ...........
        ...........
        ..#######..
        .#########.
        .#########.
        .#########.
        .#########.
        ..#######..
        ...........
      `),
    );
  });

  test('with nothing switched on gives an equal mask that is not the same memory', () => {
    const mask = maskFromPicture(start);
    const same = postprocess(mask, { fillHolesPx: 0, dropIslandsPx: 0, keepLargest: 0, smoothRadiusPx: 0 });
    expect(same).toEqual(mask);
    expect(same.data).not.toBe(mask.data);
  });

  test('never writes into its argument, and leaves no hole, island or component that it should not', () => {
    const count = fc.integer({ min: 1, max: 12 });
    assertProperty(
      fc.property(arbitraryMask(), count, count, count, (mask, fillHolesPx, dropIslandsPx, keepLargest) => {
        const before = pictureOfMask(mask);
        const result = postprocess(mask, { fillHolesPx, dropIslandsPx, keepLargest });
        expect(pictureOfMask(mask)).toBe(before);
        const components = findComponents(result);
        expect(components.length).toBeLessThanOrEqual(keepLargest);
        expect(components.every(({ areaPx }) => areaPx >= dropIslandsPx)).toBe(true);
        expect(findHoles(result).every(({ areaPx }) => areaPx >= fillHolesPx)).toBe(true);
      }),
    );
  });

  test.each([
    ['fillHolesPx', -1, 'an integer of 0 or more'],
    ['dropIslandsPx', 2.5, 'an integer of 0 or more'],
    ['keepLargest', Number.NaN, 'an integer of 0 or more'],
    ['keepLargest', '3', 'an integer of 0 or more'],
    ['smoothRadiusPx', 101, 'an integer from 0 to 100'],
  ])('refuses %s = %s', (name, value, expected) => {
    const options = { [name]: value } as PostprocessOptions;
    expect(() => postprocess(maskFromPicture('#'), options)).toThrow(
      expect.objectContaining({ code: 'postprocess-option-invalid', expected }),
    );
  });
});

describe('smoothing', () => {
  test('leaves straight edges in any direction where they are', () => {
    const coefficient = fc.integer({ min: -9, max: 9 });
    assertProperty(
      fc.property(coefficient, coefficient, fc.integer({ min: 1, max: 4 }), (a, b, radius) => {
        const half = createBitmap({ width: 41, height: 37 });
        const isSet = (x: number, y: number) => a * (x - 19) + b * (y - 17) <= 4;
        half.data.forEach((_, i) => {
          half.data[i] = isSet(i % 41, Math.floor(i / 41)) ? 1 : 0;
        });
        const smoothed = smoothMask(half, radius);
        const moved = half.data.filter((value, i) => {
          const [x, y] = [i % 41, Math.floor(i / 41)];
          const isInner = Math.min(x, y, 40 - x, 36 - y) >= 2 * radius;
          return isInner && value !== smoothed.data[i];
        });
        expect(moved).toHaveLength(0);
      }),
    );
  });

  test('equals the weighted vote written out', () => {
    assertProperty(
      fc.property(arbitraryMask(11), fc.integer({ min: 1, max: 3 }), (mask, radius) => {
        const { width, height, data } = mask;
        const plain = createBitmap(mask);
        const clamp = (value: number, limit: number) => Math.min(Math.max(value, 0), limit - 1);
        plain.data.forEach((_, i) => {
          const [x, y] = [i % width, Math.floor(i / width)];
          const reach = 2 * radius;
          let vote = 0;
          for (let dy = -reach; dy <= reach; dy++) {
            for (let dx = -reach; dx <= reach; dx++) {
              const weight = (reach + 1 - Math.abs(dx)) * (reach + 1 - Math.abs(dy));
              const value = data[clamp(y + dy, height) * width + clamp(x + dx, width)] as number;
              vote += value === 1 ? weight : -weight;
            }
          }
          plain.data[i] = vote > 0 ? 1 : 0;
        });
        expect(pictureOfMask(smoothMask(mask, radius))).toBe(pictureOfMask(plain));
      }),
    );
  });

  test('treats mask and background alike', () => {
    assertProperty(
      fc.property(arbitraryMask(12), fc.integer({ min: 1, max: 3 }), (mask, radius) => {
        const inverse = { ...mask, data: mask.data.map((value) => 1 - value) };
        const smoothedInverse = smoothMask(inverse, radius).data.map((value) => 1 - value);
        expect(smoothMask(mask, radius).data).toEqual(smoothedInverse);
      }),
    );
  });
});
