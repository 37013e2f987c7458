import type { Minute, StageMeans } from '@calque/api';
import type { AnsweredEvent, DecidedEvent, EncodedEvent, Observer, PredictedEvent } from './observer.ts';
import { factsOf } from './prediction-facts.ts';

const KEPT_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
/** Of one minute; more are counted, and do not change what is shown. */
const KEPT_TIMES = 2000;

type Stage = keyof StageMeans;
const STAGES: readonly Stage[] = [
  'queue',
  'read',
  'preprocess',
  'encode',
  'decode',
  'postprocess',
  'measure',
];

/** What the process is seen to be like, now and then. */
export interface ProcessSample {
  readonly waiting: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly eventLoopP99Ms: number;
}

interface Tally {
  readonly startMs: number;
  readonly totalsMs: number[];
  readonly stages: Partial<Record<Stage, { sumMs: number; count: number }>>;
  sample: ProcessSample | null;
  scoreSum: number;
  stabilitySum: number;
  predictions: number;
  encodes: number;
  cacheHits: number;
  accepted: number;
  rejected: number;
  corrected: number;
  problems: number;
}

/** The last day by the minute, for the charts of the page; minutes without anything are left out. */
export class ActivityHistory implements Observer {
  readonly #now: () => number;
  readonly #tallies: Tally[] = [];

  /** @param now milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  predicted({ prediction, kind }: PredictedEvent): void {
    const facts = kind === 'recorded' ? factsOf(prediction) : null;
    if (facts === null) return;
    const tally = this.#current();
    tally.predictions++;
    tally.scoreSum += facts.score;
    tally.stabilitySum += facts.stability;
    const { where, timingsMs } = prediction;
    if (tally.totalsMs.length < KEPT_TIMES) tally.totalsMs.push(timingsMs.total);
    // How fast a person's own machine is says nothing about this one.
    if (where === 'browser') return;
    for (const stage of ['queue', 'decode', 'postprocess', 'measure'] as const)
      addTime(tally, stage, timingsMs[stage]);
  }

  encoded({ cache, timingsMs }: EncodedEvent): void {
    const tally = this.#current();
    addTime(tally, 'read', timingsMs.read);
    addTime(tally, 'preprocess', timingsMs.preprocess);
    if (cache !== 'miss') {
      tally.cacheHits++;
      return;
    }
    tally.encodes++;
    addTime(tally, 'encode', timingsMs.encode);
  }

  /** The most of the minute is kept. */
  sampled(sample: ProcessSample): void {
    const tally = this.#current();
    const { sample: known } = tally;
    tally.sample =
      known === null
        ? sample
        : {
            waiting: Math.max(known.waiting, sample.waiting),
            residentBytes: Math.max(known.residentBytes, sample.residentBytes),
            heapBytes: Math.max(known.heapBytes, sample.heapBytes),
            eventLoopP99Ms: Math.max(known.eventLoopP99Ms, sample.eventLoopP99Ms),
          };
  }

  decided({ decision: { kind } }: DecidedEvent): void {
    if (kind === 'accept') this.#current().accepted++;
    if (kind === 'reject') this.#current().rejected++;
    if (kind === 'correct') this.#current().corrected++;
  }

  chose(): void {}
  abandoned(): void {}
  engine(): void {}

  answered({ status }: AnsweredEvent): void {
    if (status >= 500) this.#current().problems++;
  }

  /** Those of the last so many minutes, oldest first. */
  minutes(count: number = KEPT_MINUTES): Minute[] {
    this.#forgetOld();
    const sinceMs = this.#now() - count * MINUTE_MS;
    return this.#tallies.filter(({ startMs }) => startMs >= sinceMs).map(minuteOf);
  }

  #current(): Tally {
    const startMs = Math.floor(this.#now() / MINUTE_MS) * MINUTE_MS;
    const last = this.#tallies.at(-1);
    // A clock that was set back goes on with the newest minute.
    if (last !== undefined && last.startMs >= startMs) return last;
    const tally: Tally = {
      startMs,
      totalsMs: [],
      stages: {},
      sample: null,
      scoreSum: 0,
      stabilitySum: 0,
      predictions: 0,
      encodes: 0,
      cacheHits: 0,
      accepted: 0,
      rejected: 0,
      corrected: 0,
      problems: 0,
    };
    this.#tallies.push(tally);
    this.#forgetOld();
    return tally;
  }

  #forgetOld(): void {
    const oldestMs = this.#now() - KEPT_MINUTES * MINUTE_MS;
    while ((this.#tallies[0]?.startMs ?? oldestMs) < oldestMs) this.#tallies.shift();
  }
}

function addTime({ stages }: Tally, stage: Stage, ms: number): void {
  const known = stages[stage];
  stages[stage] = { sumMs: (known?.sumMs ?? 0) + ms, count: (known?.count ?? 0) + 1 };
}

function minuteOf({ startMs, totalsMs, stages, sample, scoreSum, stabilitySum, ...counts }: Tally): Minute {
  const sorted = [...totalsMs].sort((a, b) => a - b);
  return {
    ...counts,
    at: new Date(startMs).toISOString(),
    medianMs: quantileOf(sorted, 0.5),
    p95Ms: quantileOf(sorted, 0.95),
    meanScore: meanOf(scoreSum, counts.predictions),
    meanStability: meanOf(stabilitySum, counts.predictions),
    stagesMs: Object.fromEntries(
      STAGES.map((stage) => [stage, meanOf(stages[stage]?.sumMs ?? 0, stages[stage]?.count ?? 0)]),
    ) as StageMeans,
    waiting: sample?.waiting ?? null,
    residentBytes: sample?.residentBytes ?? null,
    heapBytes: sample?.heapBytes ?? null,
    eventLoopP99Ms: sample?.eventLoopP99Ms ?? null,
  };
}

function meanOf(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

/** Nearest rank. */
function quantileOf(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
}
