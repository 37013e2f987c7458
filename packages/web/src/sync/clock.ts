/** Time as the page sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970, UTC, with fractions. */
  now(): number;
  /** Runs once after this time; the result calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
