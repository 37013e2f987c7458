import { describe, expect, test } from 'vitest';
import type { BoxChange } from './box-family.ts';
import type { BoxOutcome } from './box-sensitivity.ts';
import { readSensitivity, steadyChange } from './read-sensitivity.ts';

function outcome(kind: BoxChange, change: number, iou: number, areaPx = 1000): BoxOutcome {
  const box = { x1: 1, y1: 2, x2: 30, y2: 40 };
  return { kind, change, box, candidate: 0, score: 0.9, areaPx, perimeterPx: 120, iou };
}

const own = outcome('unchanged', 0, 1);

describe('the reading', () => {
  test('of answers that are all about the same mask is that it is stable', () => {
    const outcomes = [own, outcome('grown', 0.2, 0.93), outcome('shifted-x', -0.2, 0.97)];
    expect(readSensitivity(outcomes)).toEqual({ finding: 'stable', iou: 0.93 });
    expect(steadyChange(outcomes)).toBe(0.2);
  });

  test('of an answer to the box itself that is another mask names that first', () => {
    const painted = [outcome('unchanged', 0, 0.4), outcome('grown', 0.1, 0.1)];
    expect(readSensitivity(painted)).toEqual({ finding: 'differs-already', iou: 0.4 });
    expect(steadyChange(painted)).toBe(0);
  });

  test('of a fall from one step to the next names the earliest', () => {
    const outcomes = [
      own,
      outcome('grown', 0.1, 0.95),
      outcome('grown', 0.2, 0.3),
      outcome('shifted-y', -0.2, 0.2),
      outcome('shifted-y', -0.1, 0.6),
    ];
    expect(readSensitivity(outcomes)).toEqual({
      finding: 'jumps',
      kind: 'shifted-y',
      change: -0.1,
      iou: 0.6,
    });
    expect(steadyChange(outcomes)).toBe(0);
  });

  test('of a mask that only follows its box in large steps is no jump', () => {
    const shifted = { x1: 7, y1: 2, x2: 36, y2: 40 };
    const follows = { ...outcome('shifted-x', 0.2, 0.5), box: shifted };
    expect(readSensitivity([own, follows])).toEqual({ finding: 'sensitive-to-shift', axis: 'x', iou: 0.5 });
    const jumps = { ...follows, iou: 0.2 };
    expect(readSensitivity([own, jumps])).toMatchObject({ finding: 'jumps', kind: 'shifted-x', iou: 0.2 });
  });

  test('of a mask that gets larger with its box, step by step, gives the ratio of the areas', () => {
    const outcomes = [
      outcome('shrunk', -0.2, 0.78, 800),
      outcome('shrunk', -0.1, 0.9, 900),
      own,
      outcome('grown', 0.1, 0.91, 1100),
      outcome('grown', 0.2, 0.84, 1200),
      outcome('shifted-x', 0.2, 0.82, 1000),
    ];
    expect(readSensitivity(outcomes)).toEqual({ finding: 'grows-with-box', areaRatio: 1.5, iou: 0.78 });
    expect(steadyChange(outcomes)).toBe(0.1);
  });

  test.each([
    ['shifted-x', { finding: 'sensitive-to-shift', axis: 'x', iou: 0.85 }],
    ['shifted-y', { finding: 'sensitive-to-shift', axis: 'y', iou: 0.85 }],
    ['grown', { finding: 'sensitive-to-size', kind: 'grown', iou: 0.85 }],
  ] as const)('of a slow decline names the worst direction: %s', (kind, reading) => {
    const outcomes = [own, outcome('shrunk', -0.2, 0.88), outcome(kind, 0.2, 0.85)];
    expect(readSensitivity(outcomes)).toEqual(reading);
  });

  test('of a box that loses the mask when it shrinks names that', () => {
    const outcomes = [own, outcome('grown', 0.2, 0.95, 990), outcome('shrunk', -0.2, 0.8, 900)];
    expect(readSensitivity(outcomes)).toEqual({ finding: 'sensitive-to-size', kind: 'shrunk', iou: 0.8 });
  });
});
