import { pageHinkleyAdd, pageHinkleyBegin, SCORE_DETECTOR } from '../monitoring/page-hinkley.ts';
import { seededRandom } from './seeded-masks.ts';
import { skewedScore } from './skewed-scores.ts';

export interface DriftSimulation {
  readonly seed: number;
  readonly mean: number;
  readonly sd: number;
}

/** Alarms of the score detector on that many scores whose distribution stays what it is. */
export function falseAlarms({ seed, mean, sd }: DriftSimulation, scores: number): number {
  const random = seededRandom(seed);
  let detector = pageHinkleyBegin;
  let alarms = 0;
  for (let i = 0; i < scores; i++) {
    const next = pageHinkleyAdd(detector, skewedScore({ random, mean, sd }), SCORE_DETECTOR);
    if (next.alarm) alarms++;
    detector = next.alarm ? pageHinkleyBegin : next.state;
  }
  return alarms;
}

/** After `steady` scores the mean falls: how many more it takes until the alarm, of each run; null where 5,000 do not do. */
export function detectionDelays(
  { seed, mean, sd }: DriftSimulation,
  { fall, steady, runs }: { readonly fall: number; readonly steady: number; readonly runs: number },
): (number | null)[] {
  const random = seededRandom(seed);
  return Array.from({ length: runs }, () => {
    let detector = pageHinkleyBegin;
    for (let i = 0; i < steady; i++) {
      const next = pageHinkleyAdd(detector, skewedScore({ random, mean, sd }), SCORE_DETECTOR);
      detector = next.alarm ? pageHinkleyBegin : next.state;
    }
    for (let delay = 1; delay <= 5000; delay++) {
      const next = pageHinkleyAdd(detector, skewedScore({ random, mean: mean - fall, sd }), SCORE_DETECTOR);
      if (next.alarm) return delay;
      detector = next.state;
    }
    return null;
  });
}
