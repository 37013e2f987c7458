import { describe, expect, test } from 'vitest';
import { readingSentence } from './sensitivity-text.ts';

describe('the sentence of a reading', () => {
  test.each([
    [{ finding: 'none' }, 'Nothing was decoded.'],
    [{ finding: 'stable', iou: 0.934 }, 'Stable: every box gives about the same mask (IoU 0.93 or more).'],
    [
      { finding: 'differs-already', iou: 0.4 },
      'The box as it is gives another mask than the one in effect (IoU 0.40).',
    ],
    [
      { finding: 'jumps', kind: 'shrunk', change: -0.05, iou: 0.3 },
      'Jumps: when the box shrinks by 5 %, another mask is answered (IoU 0.30).',
    ],
    [
      { finding: 'jumps', kind: 'shifted-y', change: -0.125, iou: 0.3 },
      'Jumps: when the box moves up by 12.5 %, another mask is answered (IoU 0.30).',
    ],
    [
      { finding: 'grows-with-box', areaRatio: 1.5, iou: 0.8 },
      'The mask grows with the box: its area in the largest is 1.50 times that in the smallest.',
    ],
    [
      { finding: 'sensitive-to-shift', axis: 'y', iou: 0.85 },
      'Sensitive to shifts along y: the IoU falls to 0.85.',
    ],
    [
      { finding: 'sensitive-to-size', kind: 'shrunk', iou: 0.85 },
      'Sensitive to a smaller box: the IoU falls to 0.85.',
    ],
  ] as const)('%j', (reading, sentence) => {
    expect(readingSentence(reading)).toBe(sentence);
  });
});
