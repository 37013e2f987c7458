import { expect, test } from 'vitest';
import { frameAround } from './frame-around.ts';

const size = { width: 100, height: 60 };

test('the frame holds all boxes in its middle, with the aspect that is asked for', () => {
  const boxes = [{ x1: 10, y1: 10, x2: 20, y2: 50 }, null, { x1: 30, y1: 20, x2: 40, y2: 30 }];
  const { x1, y1, x2, y2 } = frameAround(boxes, size, 1.5);
  expect((x2 - x1) / (y2 - y1)).toBeCloseTo(1.5);
  expect([(x1 + x2) / 2, (y1 + y2) / 2]).toEqual([25, 30]);
  expect(x1 < 10 && y1 < 10 && x2 > 40 && y2 > 50).toBe(true);
});

test('without a box the frame is the image, widened to the aspect', () => {
  expect(frameAround([null], size, 1)).toEqual({ x1: 0, y1: -20, x2: 100, y2: 80 });
});
