import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import {
  boxArea,
  boxFromArray,
  boxIou,
  boxToArray,
  clippedBox,
  orderedBox,
  toXywh,
  toXyxy,
  validateBox,
} from './box.ts';

const size = { width: 70, height: 50 };

describe('a box', () => {
  test('is the same from corners, from extent and from an array', () => {
    const box = { x1: 3, y1: 5, x2: 20, y2: 16 };
    expect(toXywh(box)).toEqual({ x: 3, y: 5, width: 17, height: 11 });
    expect(toXyxy(toXywh(box))).toEqual(box);
    expect(boxFromArray(boxToArray(box))).toEqual(box);
    expect(boxArea(box)).toBe(187);
  });

  test('has no area when its corners are the wrong way round', () => {
    expect(boxArea({ x1: 9, y1: 2, x2: 4, y2: 8 })).toBe(0);
  });

  test('overlaps another one by what both cover of what either covers', () => {
    const box = { x1: 3, y1: 5, x2: 13, y2: 11 };
    expect(boxIou(box, box)).toBe(1);
    expect(boxIou(box, { x1: 8, y1: 7, x2: 18, y2: 15 })).toBe(20 / 120);
    expect(boxIou(box, { x1: 20, y1: 5, x2: 30, y2: 11 })).toBe(0);
    expect(boxIou({ ...box, x2: 3 }, { ...box, y2: 5 })).toBe(0);
  });

  test('drawn from any corner is the same box', () => {
    const drawn = [
      [3, 5, 20, 16],
      [20, 16, 3, 5],
      [3, 16, 20, 5],
      [20, 5, 3, 16],
    ] as const;
    for (const corners of drawn)
      expect(orderedBox(boxFromArray(corners))).toEqual({ x1: 3, y1: 5, x2: 20, y2: 16 });
  });

  test('is cut to the image', () => {
    expect(validateBox({ x1: 80, y1: 60, x2: 10, y2: -4 }, size)).toEqual({ x1: 10, y1: 0, x2: 70, y2: 50 });
    expect(clippedBox({ x1: 71, y1: 2, x2: 90, y2: 9 }, size)).toBeNull();
  });

  test('that is valid lies in the image and covers area, whatever was drawn', () => {
    const coordinate = fc.double({ min: -200, max: 200, noNaN: true });
    assertProperty(
      fc.property(coordinate, coordinate, coordinate, coordinate, (x1, y1, x2, y2) => {
        try {
          const box = validateBox({ x1, y1, x2, y2 }, size);
          expect(box.x1 >= 0 && box.y1 >= 0 && box.x2 <= 70 && box.y2 <= 50).toBe(true);
          expect(box.x1 < box.x2 && box.y1 < box.y2).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^box-(empty|outside-image)$/) });
        }
      }),
    );
  });
});
