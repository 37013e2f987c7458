import type { Minute } from '@calque/api';
import type { AnsweredEvent, DecidedEvent, Observer, PredictedEvent } from './observer.ts';
import { factsOf } from './prediction-facts.ts';

const KEPT_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
/** Of one minute; more are counted, and do not change what is shown. */
const KEPT_TIMES = 2000;

interface Tally {
  readonly startMs: number;
  readonly totalsMs: number[];
  scoreSum: number;
  predictions: number;
  encodes: number;
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
    if (tally.totalsMs.length < KEPT_TIMES) tally.totalsMs.push(prediction.timingsMs.total);
  }

  encoded(): void {
    this.#current().encodes++;
  }

  decided({ decision: { kind } }: DecidedEvent): void {
    if (kind === 'accept') this.#current().accepted++;
    if (kind === 'reject') this.#current().rejected++;
    if (kind === 'correct') this.#current().corrected++;
  }

  chose(): void {}
  abandoned(): void {}

  answered({ status }: AnsweredEvent): void {
    if (status >= 500) this.#current().problems++;
  }

  minutes(): Minute[] {
    this.#forgetOld();
    return this.#tallies.map(({ startMs, totalsMs, scoreSum, ...counts }) => {
      const sorted = [...totalsMs].sort((a, b) => a - b);
      return {
        ...counts,
        at: new Date(startMs).toISOString(),
        medianMs: quantileOf(sorted, 0.5),
        p95Ms: quantileOf(sorted, 0.95),
        meanScore: counts.predictions === 0 ? null : scoreSum / counts.predictions,
      };
    });
  }

  #current(): Tally {
    const startMs = Math.floor(this.#now() / MINUTE_MS) * MINUTE_MS;
    const last = this.#tallies.at(-1);
    // A clock that was set back goes on with the newest minute.
    if (last !== undefined && last.startMs >= startMs) return last;
    const tally: Tally = {
      startMs,
      totalsMs: [],
      scoreSum: 0,
      predictions: 0,
      encodes: 0,
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

/** Nearest rank. */
function quantileOf(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null;
}
