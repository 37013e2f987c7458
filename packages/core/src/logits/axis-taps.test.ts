import { describe, expect, test } from 'vitest';
import { bilinearTaps, composeTaps, runsOfEqualBase } from './axis-taps.ts';

describe('the taps of an axis', () => {
  test('of two stages are those of the second on what the first gives', () => {
    const taps = composeTaps(bilinearTaps(4, 8), bilinearTaps(8, 2));
    // The second stage reads the middle of outputs 1 and 2, and of 5 and 6, of the first.
    expect([...taps.base]).toEqual([0, 1]);
    expect([...taps.weights]).toEqual([0.5, 0.5, 0, 0, 0.5, 0.5]);
  });

  test('are refused where an output would need more inputs than there are slots', () => {
    expect(() => composeTaps(bilinearTaps(64, 16), bilinearTaps(16, 16))).not.toThrow();
    expect(() => composeTaps(bilinearTaps(64, 16), bilinearTaps(16, 5))).toThrow(RangeError);
  });

  test('fall into runs of outputs that are made from the same inputs', () => {
    const taps = bilinearTaps(5, 12);
    const runs = [...runsOfEqualBase(taps)];
    const bases = runs.slice(0, -1).map((begin, i) => [...taps.base.subarray(begin, runs[i + 1])]);
    expect(bases.map((run) => new Set(run).size)).toEqual(bases.map(() => 1));
    expect(bases.map(([base]) => base)).toEqual([0, 1, 2]);
    expect(bases.flat()).toEqual([...taps.base]);
  });
});
