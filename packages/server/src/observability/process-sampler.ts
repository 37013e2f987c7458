import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ActivityHistory } from './activity-history.ts';
import type { MetricSources } from './server-metrics.ts';

const SAMPLE_EVERY_MS = 10_000;
const NS_PER_MS = 1e6;
const RESOLUTION_MS = 20;

/** Looks at the process now and then: how much memory it holds, how late its event loop is, how much waits. */
export class ProcessSampler {
  readonly #history: ActivityHistory;
  readonly #engines: MetricSources['engines'];
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;

  constructor(history: ActivityHistory, engines: MetricSources['engines']) {
    this.#history = history;
    this.#engines = engines;
    this.#delay.enable();
    this.#timer = setInterval(() => void this.sample(), SAMPLE_EVERY_MS).unref();
  }

  async sample(): Promise<void> {
    const { rss, heapUsed } = process.memoryUsage();
    const waiting = (await this.#engines()).reduce((sum, engine) => sum + engine.waiting, 0);
    this.#history.sampled({
      waiting,
      residentBytes: rss,
      heapBytes: heapUsed,
      // The histogram counts the time between two of its own turns, of which one resolution is no delay.
      eventLoopP99Ms: Math.max(0, this.#delay.percentile(99) / NS_PER_MS - RESOLUTION_MS),
    });
    this.#delay.reset();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }
}
