import { formatDuration } from '../output/format-values.ts';

/** How far an evaluation is, and how long the rest will take if it goes on as until now. */
export class EvaluationClock {
  readonly #total: number;
  readonly #now: () => number;
  readonly #startedMs: number;
  /** Prompts answered, to be counted by who asks. */
  decodes = 0;
  #done = 0;
  #computed = 0;

  /** `total`: images, each counted once a model. `now`: milliseconds, monotonic. */
  constructor(total: number, now: () => number = () => performance.now()) {
    this.#total = total;
    this.#now = now;
    this.#startedMs = now();
  }

  get done(): number {
    return this.#done;
  }

  /** What was known from an earlier run says nothing about the pace. */
  advance(how: 'computed' | 'known'): void {
    this.#done++;
    if (how === 'computed') this.#computed++;
  }

  text(): string {
    const place = `${this.#done} of ${this.#total} images, ${this.decodes} prompts`;
    if (this.#computed === 0) return place;
    const leftMs = ((this.#now() - this.#startedMs) / this.#computed) * (this.#total - this.#done);
    return `${place}, about ${formatDuration(leftMs)} left`;
  }
}
