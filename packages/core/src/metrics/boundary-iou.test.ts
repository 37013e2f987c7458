import { describe, expect, test } from 'vitest';
import { createBitmap } from '../mask/bitmap.ts';
import { maskFromPicture, pictureOfMask } from '../testing/mask-picture.ts';
import { boundaryIou, boundaryOfMask, boundaryWidthPx } from './boundary-iou.ts';

describe('boundary IoU', () => {
  test.each([
    // Python's int(round(0.02 * sqrt(h * h + w * w))), at least 1.
    [5, 4, 1],
    [100, 75, 2],
    [60, 45, 2],
    [1800, 1200, 43],
    [640, 480, 16],
    [175, 0, 4],
  ])('takes a boundary for %i x %i pixels of %i', (width, height, expected) => {
    expect(boundaryWidthPx({ width, height })).toBe(expected);
  });

  test('has as boundary what an erosion takes away, also along the border of the image', () => {
    const mask = maskFromPicture(`
      ######.
      ######.
      ######.
      ######.
      .......
    `);
    const boundary = maskFromPicture(`
      ######.
      #....#.
      #....#.
      ######.
      .......
    `);
    expect(pictureOfMask(boundaryOfMask(mask))).toBe(pictureOfMask(boundary));
  });

  test('compares boundaries alone', () => {
    const whole = maskFromPicture('#####\n#####\n#####\n#####\n#####');
    const hollow = maskFromPicture('#####\n#####\n##.##\n#####\n#####');
    expect(boundaryIou(whole, hollow)).toBe(16 / 24);
    expect(boundaryIou(whole, whole)).toBe(1);
  });

  test('widens with the ratio', () => {
    const mask = createBitmap({ width: 30, height: 40 });
    mask.data.fill(1);
    const areaOf = (dilationRatio: number) =>
      boundaryOfMask(mask, { dilationRatio }).data.reduce((a, b) => a + b, 0);
    expect([areaOf(0.02), areaOf(0.1)]).toEqual([1200 - 28 * 38, 1200 - 20 * 30]);
  });

  test('of two empty masks is 1', () => {
    expect(boundaryIou(createBitmap({ width: 6, height: 3 }), createBitmap({ width: 6, height: 3 }))).toBe(1);
  });

  test.each([0, -0.02, Number.NaN])('refuses a ratio of %s', (dilationRatio) => {
    expect(() => boundaryWidthPx({ width: 6, height: 3 }, { dilationRatio })).toThrow(
      expect.objectContaining({ code: 'dilation-ratio-invalid' }),
    );
  });
});
