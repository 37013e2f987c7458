import type { WireSensitivity } from '@calque/api';
import { expect, test } from 'vitest';
import { plotData } from './plot-series.ts';

type Outcome = WireSensitivity['sensitivity']['outcomes'][number];

function outcome(kind: Outcome['kind'], change: number, areaPx: number, score: number): Outcome {
  const box = { x1: 1, y1: 2, x2: 30, y2: 40 };
  return { kind, change, box, candidate: 0, score, areaPx, perimeterPx: 9, iou: 0.5 + change };
}

const outcomes = [
  outcome('unchanged', 0, 500, 0.9),
  outcome('grown', 0.2, 600, 1.03),
  outcome('shrunk', -0.2, 400, 0.8),
  outcome('shifted-x', 0.2, 510, 0.7),
  outcome('shifted-y', -0.1, 520, 0.6),
];

test('every curve goes through the box itself, from left to right, with gaps where it has no box', () => {
  expect(plotData(outcomes, 'area')).toEqual([
    [-0.2, -0.1, 0, 0.2],
    [400, null, 500, 600],
    [null, null, 500, 510],
    [null, 520, 500, null],
  ]);
});

test('scores are shown within 0 and 1', () => {
  expect(plotData(outcomes, 'score')[1]).toEqual([0.8, null, 0.9, 1]);
  expect(plotData(outcomes, 'iou')[1]).toEqual([0.3, null, 0.5, 0.7]);
});
