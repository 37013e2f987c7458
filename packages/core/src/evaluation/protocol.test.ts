import { describe, expect, test } from 'vitest';
import { createBitmap } from '../mask/bitmap.ts';
import { maskFromPicture } from '../testing/mask-picture.ts';
import { squaredDistanceTransform } from './distance-transform.ts';
import { nextClick } from './next-click.ts';
import { clicksTo } from './object-evaluation.ts';
import { sizeClassOf } from './size-class.ts';
import { truthPrompts } from './truth-prompts.ts';

const truth = maskFromPicture(`
  .........
  .#####...
  .#####...
  .#####...
  .......##
`);

describe('the distance transform', () => {
  test('gives squared distances to what is not set, the outside included', () => {
    const mask = maskFromPicture(`
      ######.
      ######.
      ###.##.
      ######.
    `);
    expect(
      Array.from({ length: 4 }, (_, y) => [...squaredDistanceTransform(mask).subarray(7 * y, 7 * y + 7)]),
    ).toEqual([
      [1, 1, 1, 1, 1, 1, 0],
      [1, 4, 2, 1, 2, 1, 0],
      [1, 4, 1, 0, 1, 1, 0],
      [1, 1, 1, 1, 1, 1, 0],
    ]);
  });

  test('of an image that is all object falls off to its border', () => {
    const mask = createBitmap({ width: 7, height: 5 });
    mask.data.fill(1);
    expect([...squaredDistanceTransform(mask).subarray(14, 21)]).toEqual([1, 4, 9, 9, 9, 4, 1]);
  });
});

describe('the next click', () => {
  test('is first made at the deepest pixel of the object', () => {
    expect(nextClick(truth, null, [])).toEqual({ x: 2.5, y: 2.5, label: 'foreground' });
  });

  test('includes what was missed where that reaches deepest', () => {
    const predicted = maskFromPicture(`
      .........
      ......##.
      ......##.
      .........
      .......##
    `);
    expect(nextClick(truth, predicted, [])).toEqual({ x: 2.5, y: 2.5, label: 'foreground' });
  });

  test('excludes what is wrong where that reaches deepest, also from the border of the image', () => {
    const predicted = maskFromPicture(`
      .....####
      .########
      .########
      .########
      .......##
    `);
    expect(nextClick(truth, predicted, [])).toEqual({ x: 7.5, y: 1.5, label: 'background' });
  });

  test('goes to the background where both kinds of error reach equally deep', () => {
    const predicted = maskFromPicture(`
      .........
      .####....
      .####.#..
      .####....
      .......##
    `);
    expect(nextClick(truth, predicted, [])).toEqual({ x: 6.5, y: 2.5, label: 'background' });
  });

  test('is never made twice at one pixel', () => {
    const predicted = maskFromPicture(`
      .........
      .#####...
      .##.##...
      .#####...
      .......##
    `);
    const click = nextClick(truth, predicted, []);
    expect(click).toEqual({ x: 3.5, y: 2.5, label: 'foreground' });
    expect(nextClick(truth, predicted, click === null ? [] : [click])).toBeNull();
  });

  test('is none where the mask is right', () => {
    expect(nextClick(truth, truth, [])).toBeNull();
  });

  test('compares masks of one image alone', () => {
    expect(() => nextClick(truth, createBitmap({ width: 5, height: 9 }), [])).toThrow(
      expect.objectContaining({ code: 'mask-size-mismatch' }),
    );
  });
});

test('prompts of a true mask are its box, its middle, and both', () => {
  const object = maskFromPicture(`
    .......
    ..####.
    ..####.
    ..####.
    .......
  `);
  const box = { x1: 2, y1: 1, x2: 6, y2: 4 };
  const points = [{ x: 3.5, y: 2.5, label: 'foreground' }];
  expect(truthPrompts(object)).toEqual({
    box: { box, points: [], mask: null },
    click: { box: null, points, mask: null },
    'box-click': { box, points, mask: null },
  });
  expect(truthPrompts(createBitmap({ width: 3, height: 2 }))).toBeNull();
});

test.each([
  [1023, 'small'],
  [1024, 'medium'],
  [9215, 'medium'],
  [9216, 'large'],
])('an object of %i pixels is %s', (areaPx, size) => {
  expect(sizeClassOf(areaPx)).toBe(size);
});

describe('clicks to a goal', () => {
  test('are counted up to the first that reaches it', () => {
    const run = { ious: [0.4, 0.87, 0.83, 0.91] };
    expect(clicksTo(0.85, run)).toEqual({ clicks: 2, reached: true });
    expect(clicksTo(0.9, run)).toEqual({ clicks: 4, reached: true });
  });

  test('are 20 where it is never reached, also where the run ended early', () => {
    expect(clicksTo(0.9, { ious: Array.from({ length: 20 }, () => 0.7) })).toEqual({
      clicks: 20,
      reached: false,
    });
    expect(clicksTo(0.9, { ious: [0.7, 0.71] })).toEqual({ clicks: 20, reached: false });
  });
});
