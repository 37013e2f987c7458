import { expect, test } from 'vitest';
import { rangeOf } from './draw-plots.ts';

test('shares end at 1, also where all are equal', () => {
  expect(rangeOf('iou', 1, 1)).toEqual([0.9, 1.01]);
  expect(rangeOf('score', 0.42, 0.97)).toEqual([expect.closeTo(0.35), 1.01]);
  expect(rangeOf('iou', 0, 0.5)[0]).toBe(0);
});

test('areas that hardly differ are not blown up', () => {
  expect(rangeOf('area', 1000, 1002)).toEqual([expect.closeTo(949.9), expect.closeTo(1052.1)]);
  expect(rangeOf('area', 0, 0)).toEqual([0, 1]);
});
