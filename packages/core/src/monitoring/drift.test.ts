import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { seededRandom } from '../testing/seeded-masks.ts';
import { detectionDelays, falseAlarms } from '../testing/simulate-drift.ts';
import { kolmogorovSmirnovDistance, kolmogorovSmirnovLimit } from './kolmogorov-smirnov.ts';
import { pageHinkleyAdd, pageHinkleyBegin } from './page-hinkley.ts';
import { countInBins, populationStabilityIndex, referenceBins } from './population-stability.ts';

describe('bins of a reference', () => {
  test('hold equally many values each', () => {
    const sorted = Float64Array.from({ length: 40 }, (_, i) => i * i);
    expect(referenceBins(sorted, 4)).toEqual({ bounds: [81, 361, 841], counts: [10, 10, 10, 10] });
  });

  test('are fewer where many values are equal', () => {
    const { bounds, counts } = referenceBins([1, 3, 3, 3, 3, 3, 3, 9], 4);
    expect(bounds).toEqual([3]);
    expect(counts).toEqual([7, 1]);
  });

  test('are one where all values are equal', () => {
    expect(referenceBins([5, 5, 5], 10)).toEqual({ bounds: [], counts: [3] });
  });

  test('take every value, below and above all of them too', () => {
    expect(countInBins([-7, 2, 2.5, 40, 3], [2, 3])).toEqual([2, 2, 1]);
  });
});

describe('population stability index', () => {
  test('is 0 for equal shares of unequal numbers, but for the half values', () => {
    expect(populationStabilityIndex([300, 500, 200], [300, 500, 200])).toBe(0);
    expect(populationStabilityIndex([3000, 5000, 2000], [300, 500, 200])).toBeLessThan(1e-5);
  });

  test('is what the definition gives by hand', () => {
    // Shares with the half values: 0.5 and 0.5 against 0.75 and 0.25.
    const byHand = (0.75 - 0.5) * Math.log(0.75 / 0.5) + (0.25 - 0.5) * Math.log(0.25 / 0.5);
    expect(populationStabilityIndex([9.5, 9.5], [14.5, 4.5])).toBeCloseTo(byHand, 12);
  });

  test('is finite where a bin is empty', () => {
    expect(populationStabilityIndex([40, 60, 0], [0, 30, 70])).toBeGreaterThan(2);
    expect(populationStabilityIndex([40, 60, 0], [0, 30, 70])).toBeLessThan(20);
  });

  test('is never negative and does not care which window is the reference', () => {
    const counts = fc.array(fc.nat(90), { minLength: 4, maxLength: 4 });
    assertProperty(
      fc.property(counts, counts, (a, b) => {
        expect(populationStabilityIndex(a, b)).toBeGreaterThanOrEqual(0);
        expect(populationStabilityIndex(a, b)).toBeCloseTo(populationStabilityIndex(b, a), 9);
      }),
    );
  });
});

describe('Kolmogorov-Smirnov distance', () => {
  /** The definition, at every value that occurs. */
  function slowDistance(a: readonly number[], b: readonly number[]): number {
    const share = (values: readonly number[], at: number) =>
      values.filter((value) => value <= at).length / values.length;
    return Math.max(...[...a, ...b].map((at) => Math.abs(share(a, at) - share(b, at))));
  }

  test('is 1 for samples apart, 0 for equal ones', () => {
    expect(kolmogorovSmirnovDistance([1, 2], [3, 4, 5])).toBe(1);
    expect(kolmogorovSmirnovDistance([3, 4, 4, 5], [3, 4, 4, 5])).toBe(0);
    expect(kolmogorovSmirnovDistance([], [1])).toBe(0);
  });

  test('equals the definition, ties included', () => {
    const sample = fc.array(fc.nat(12), { minLength: 1, maxLength: 30 });
    assertProperty(
      fc.property(sample, sample, (a, b) => {
        const sorted = (values: readonly number[]) => [...values].sort((x, y) => x - y);
        expect(kolmogorovSmirnovDistance(sorted(a), sorted(b))).toBeCloseTo(slowDistance(a, b), 12);
      }),
    );
  });

  test('exceeds its limit about as often as the significance says', () => {
    const random = seededRandom(17);
    const sample = (count: number) => Float64Array.from({ length: count }, random).sort();
    const limit = kolmogorovSmirnovLimit(300, 200, 0.05);
    let beyond = 0;
    for (let i = 0; i < 1000; i++) {
      if (kolmogorovSmirnovDistance(sample(300), sample(200)) > limit) beyond++;
    }
    expect(beyond).toBeGreaterThan(25);
    expect(beyond).toBeLessThan(60);
  });
});

describe('the sequential detector', () => {
  const options = { toleranceBelow: 0.1, threshold: 2, warmUp: 3 };

  test('raises an alarm when the values fall, and not when they rise', () => {
    const alarmsOf = (values: readonly number[]) => {
      let state = pageHinkleyBegin;
      return values.map((value) => {
        const next = pageHinkleyAdd(state, value, options);
        state = next.state;
        return next.alarm;
      });
    };
    expect(alarmsOf([5, 5, 5, 5, 4, 3, 3])).toEqual([false, false, false, false, false, true, true]);
    expect(alarmsOf([5, 5, 5, 5, 8, 9, 9])).not.toContain(true);
  });

  test('is silent among its first values, whatever they are', () => {
    let state = pageHinkleyBegin;
    for (const value of [9, 1, 1]) {
      const next = pageHinkleyAdd(state, value, options);
      state = next.state;
      expect(next.alarm).toBe(false);
    }
  });

  test('goes on after it was kept as JSON', () => {
    const { state } = pageHinkleyAdd(pageHinkleyBegin, 0.75, options);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });

  test('on scores as models give them, it is seldom wrong and soon right', () => {
    expect(falseAlarms({ seed: 11, mean: 0.88, sd: 0.12 }, 200_000)).toBeLessThanOrEqual(4);
    const delays = detectionDelays({ seed: 23, mean: 0.88, sd: 0.12 }, { fall: 0.1, steady: 1000, runs: 50 });
    const seen = delays.filter((delay) => delay !== null).sort((a, b) => a - b);
    expect(seen.length).toBe(50);
    expect(seen[25]).toBeLessThan(90);
  });
});
