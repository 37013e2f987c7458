import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-masks.ts';
import { adviseThreshold, type JudgedScore, wilsonInterval } from './threshold-advice.ts';

const judged = (score: number, verdict: JudgedScore['verdict'], count: number): JudgedScore[] =>
  Array.from({ length: count }, () => ({ score, verdict }));

describe('advice on a threshold', () => {
  const decisions = [
    ...judged(0.97, 'accepted', 190),
    ...judged(0.97, 'rejected', 2),
    ...judged(0.88, 'accepted', 80),
    ...judged(0.88, 'corrected', 10),
    ...judged(0.52, 'accepted', 7),
    ...judged(0.52, 'rejected', 30),
  ];

  test('counts what people did in each bin', () => {
    const { bins, judged: count } = adviseThreshold(decisions, { wantedPrecision: 0.9, binCount: 10 });
    expect(count).toBe(319);
    expect(bins).toHaveLength(10);
    expect(bins[9]).toEqual({ from: 0.9, to: 1, accepted: 190, corrected: 0, rejected: 2 });
    expect(bins[8]).toEqual({ from: 0.8, to: 0.9, accepted: 80, corrected: 10, rejected: 0 });
    expect(bins[5]).toEqual({ from: 0.5, to: 0.6, accepted: 7, corrected: 0, rejected: 30 });
  });

  test('is the lowest score from which on enough is accepted', () => {
    const { suggestion } = adviseThreshold(decisions, { wantedPrecision: 0.9, binCount: 10 });
    expect(suggestion).toMatchObject({ threshold: 0.8, count: 282 });
    expect(suggestion?.precision).toBeCloseTo(270 / 282, 12);
    expect(suggestion?.kept).toBeCloseTo(282 / 319, 12);
    expect(suggestion?.low).toBeGreaterThan(0.9);
  });

  test('is stricter where more is wanted', () => {
    const { suggestion } = adviseThreshold(decisions, { wantedPrecision: 0.95, binCount: 10 });
    expect(suggestion).toMatchObject({ threshold: 0.9, count: 192 });
  });

  test('is none where few decisions could be luck', () => {
    const few = judged(0.97, 'accepted', 5);
    expect(adviseThreshold(few, { wantedPrecision: 0.9 }).suggestion).toBeNull();
    expect(adviseThreshold([], { wantedPrecision: 0.9 }).suggestion).toBeNull();
  });

  test('scores beyond their range count at its ends', () => {
    const { bins } = adviseThreshold([...judged(1.04, 'accepted', 3), ...judged(-0.2, 'rejected', 2)], {
      wantedPrecision: 0.5,
      binCount: 4,
    });
    expect(bins[3]?.accepted).toBe(3);
    expect(bins[0]?.rejected).toBe(2);
  });
});

describe("Wilson's interval", () => {
  test('is what tables give: 8 of 10 at 95 %', () => {
    const { low, high } = wilsonInterval(8, 10, 1.96);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
  });

  test('of nothing is everything', () => {
    expect(wilsonInterval(0, 0, 1.96)).toEqual({ low: 0, high: 1 });
  });

  test('covers the true share about as often as it says', () => {
    const random = seededRandom(31);
    let covered = 0;
    for (let run = 0; run < 2000; run++) {
      const hits = Array.from({ length: 60 }, random).filter((value) => value < 0.83).length;
      const { low, high } = wilsonInterval(hits, 60, 1.96);
      if (low <= 0.83 && 0.83 <= high) covered++;
    }
    expect(covered / 2000).toBeGreaterThan(0.93);
    expect(covered / 2000).toBeLessThan(0.98);
  });
});
