import { STAGES, type Stage, type StudyAnswer } from './study.ts';
import { boxShareOf, type IndexedStudy } from './study-queries.ts';

/** What a service in production would watch, computed from what was recorded. */
export interface MonitoringSummary {
  readonly answers: number;
  readonly latencies: readonly StageLatency[];
  /** Score of the best candidate of every answer. */
  readonly scores: readonly number[];
  /** Boxes of the prompts, as shares of their images. */
  readonly boxShares: readonly number[];
  readonly review: ReviewRates;
}

/** Of the answers in which the stage took place. */
export interface StageLatency {
  readonly stage: Stage;
  readonly count: number;
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/** Objects; a decision that was undone does not count. */
export interface ReviewRates {
  readonly objects: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Painted, or prompted anew after a decision. */
  readonly corrected: number;
}

export function summarise(indexed: IndexedStudy): MonitoringSummary {
  const { answers } = indexed.study;
  return {
    answers: answers.length,
    latencies: STAGES.flatMap((stage) => latencyOf(stage, answers)),
    scores: answers.flatMap(({ candidates, best }) => {
      const score = candidates[best]?.score;
      return score === undefined ? [] : [score];
    }),
    boxShares: answers.flatMap(({ imageId, box }) => {
      const share = boxShareOf(indexed.image(imageId), box);
      return share === null ? [] : [share];
    }),
    review: reviewRates(indexed),
  };
}

function latencyOf(stage: Stage, answers: readonly StudyAnswer[]): StageLatency[] {
  const times = answers
    .map(({ timingsMs }) => timingsMs[stage])
    .filter((ms) => ms > 0)
    .toSorted((a, b) => a - b);
  if (times.length === 0) return [];
  return [
    {
      stage,
      count: times.length,
      medianMs: quantile(times, 0.5),
      p95Ms: quantile(times, 0.95),
      maxMs: times.at(-1) ?? 0,
    },
  ];
}

/**
 * Linear between the two values beside it, as type 7 of Hyndman & Fan (Sample Quantiles in Statistical Packages, 1996).
 *
 * @param sorted ascending, at least one.
 */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

function reviewRates({ study }: IndexedStudy): ReviewRates {
  const corrections = study.decisions.filter(({ kind, takenBack }) => kind === 'correct' && !takenBack);
  return {
    objects: study.objects.length,
    accepted: study.objects.filter(({ status }) => status === 'accepted').length,
    rejected: study.objects.filter(({ status }) => status === 'rejected').length,
    corrected: new Set(corrections.map(({ annotationId }) => annotationId)).size,
  };
}
