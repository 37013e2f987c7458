import { expect, test } from 'vitest';
import { stabilityScore } from './stability-score.ts';

test('stability is the share of the looser mask that the stricter one keeps', () => {
  expect(stabilityScore({ strictPx: 30, loosePx: 40 })).toBe(0.75);
});

test('a mask that is empty at both thresholds has no stability', () => {
  expect(stabilityScore({ strictPx: 0, loosePx: 0 })).toBe(0);
});
