import type { DecoderAnswer } from './decoder.ts';

/** So many of the last ones count: a slow one alone changes nothing, a network that became slow does soon. */
const KEPT = 5;

/** What one place took lately, from the question to the answer. Previews answer less, so they are kept apart. */
export class RoundTrips {
  readonly #byKind: Record<Kind, number[]> = { answer: [], preview: [] };

  /** An answer that had to wait for the image to be read or encoded says nothing about the place. */
  add(kind: Kind, { roundTripMs, prediction: { timingsMs } }: DecoderAnswer): void {
    if (timingsMs.read + timingsMs.encode > 0) return;
    const kept = this.#byKind[kind];
    kept.push(roundTripMs);
    if (kept.length > KEPT) kept.shift();
  }

  /** Median, milliseconds; null before the first. */
  typicalMs(kind: Kind): number | null {
    const sorted = this.#byKind[kind].toSorted((a, b) => a - b);
    return sorted[sorted.length >> 1] ?? null;
  }
}

type Kind = 'answer' | 'preview';

export interface ComparedTimes {
  readonly serverMs: number;
  readonly browserMs: number;
}

/** Like with like: answers where both gave some, else previews. */
export function comparedTimes(server: RoundTrips, browser: RoundTrips): ComparedTimes | null {
  for (const kind of ['answer', 'preview'] as const) {
    const [serverMs, browserMs] = [server.typicalMs(kind), browser.typicalMs(kind)];
    if (serverMs !== null && browserMs !== null) return { serverMs, browserMs };
  }
  return null;
}

/** A place that is hardly faster is not worth a change: the next measurement would change it back. */
const ADVANTAGE = 0.8;

export function fasterPlace(
  { serverMs, browserMs }: ComparedTimes,
  used: 'server' | 'browser',
): 'server' | 'browser' {
  if (used === 'server') return browserMs < serverMs * ADVANTAGE ? 'browser' : 'server';
  return serverMs < browserMs * ADVANTAGE ? 'server' : 'browser';
}
