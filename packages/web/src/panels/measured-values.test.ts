import type { WireCandidate } from '@calque/api';
import { describe, expect, test } from 'vitest';
import { clamped, doubtAbout } from './measured-values.ts';

function candidate(parts: Partial<WireCandidate>): WireCandidate {
  return {
    index: 0,
    score: 0.95,
    stability: 0.96,
    areaPx: 400,
    perimeterPx: 90,
    box: null,
    components: 1,
    holes: 0,
    rle: { size: [30, 40], counts: '' },
    ...parts,
  };
}

describe('a candidate', () => {
  test('that is stable and without a rival raises no doubt', () => {
    const chosen = candidate({});
    expect(doubtAbout(chosen, [chosen, candidate({ score: 0.7, areaPx: 900 })])).toBeNull();
  });

  test('whose outline depends on the threshold is unstable', () => {
    expect(doubtAbout(candidate({ stability: 0.81 }), [])).toBe('unstable');
  });

  test('whose score is far from its stability is in disagreement with itself', () => {
    expect(doubtAbout(candidate({ score: 0.72, stability: 0.97 }), [])).toBe('disagree');
  });

  test('that shares its score with one of quite another size is ambiguous', () => {
    const chosen = candidate({});
    expect(doubtAbout(chosen, [chosen, candidate({ score: 0.94, areaPx: 1300 })])).toBe('ambiguous');
  });

  test('that shares its score with one of about its size is not', () => {
    const chosen = candidate({});
    expect(doubtAbout(chosen, [chosen, candidate({ score: 0.94, areaPx: 430 })])).toBeNull();
  });
});

test('a score beyond 1 is shown as 1', () => {
  expect([clamped(1.013), clamped(-0.02), clamped(0.4)]).toEqual([1, 0, 0.4]);
});
