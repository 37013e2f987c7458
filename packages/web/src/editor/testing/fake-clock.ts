import type { Clock } from '../../sync/clock.ts';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that passes when the test says so. Timers of one moment run in the order they were set. */
export class FakeClock implements Clock {
  #nowMs = Date.UTC(2026, 10, 24, 9);
  #order = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, order: this.#order++, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  async wait(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => this.after(delayMs, resolve));
  }

  /** Lets this much time pass, with all that happens in it. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await settle();
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#nowMs = next.atMs;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.run();
      await settle();
    }
    this.#nowMs = endMs;
  }

  /** Lets time pass until nothing is to happen any more; fails after an hour of it. */
  async runOut(): Promise<void> {
    const latestMs = this.#nowMs + 3_600_000;
    await settle();
    while (this.#timers.length > 0) {
      const next = Math.min(...this.#timers.map(({ atMs }) => atMs));
      if (next > latestMs) throw new Error('timers go on for ever');
      await this.advance(next - this.#nowMs);
    }
    await settle();
  }

  #next(untilMs: number): Timer | undefined {
    return this.#timers
      .filter(({ atMs }) => atMs <= untilMs)
      .sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
  }
}

/** Lets promises that can go on go on: longer than any chain of them in the editor. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 60; i++) await Promise.resolve();
}
