import { tooManyRequests } from '../errors.ts';

const MINUTE_MS = 60_000;
/** Wrong passwords for one name before each further one has to wait. */
const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 15 * MINUTE_MS;
/** Names that are kept in mind; a guesser of names pushes out the oldest. */
const MOST_NAMES = 10_000;

interface Failures {
  count: number;
  /** When the next attempt is looked at. */
  nextMs: number;
}

/**
 * Bounds guessing: so many attempts a minute from everybody together, since a guesser can come from many places, and longer and
 * longer waits for a name after wrong passwords. The wait is bounded, so that nobody is kept out for good.
 */
export class LoginAttempts {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #attempts: number[] = [];
  readonly #failures = new Map<string, Failures>();

  constructor(perMinute: number, now: () => number = Date.now) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Throws `too-many-requests`. @param name of an account; null for the access token. */
  begin(name: string | null): void {
    const now = this.#now();
    while ((this.#attempts[0] ?? now) < now - MINUTE_MS) this.#attempts.shift();
    if (this.#attempts.length >= this.#perMinute) throw tooManyRequests(60);
    const failures = name === null ? undefined : this.#failures.get(keyOf(name));
    if (failures !== undefined && failures.nextMs > now)
      throw tooManyRequests(Math.ceil((failures.nextMs - now) / 1000));
    this.#attempts.push(now);
  }

  failed(name: string): void {
    const key = keyOf(name);
    const count = (this.#failures.get(key)?.count ?? 0) + 1;
    const doublings = Math.min(count - FREE_FAILURES, 20);
    const waitMs = doublings < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** doublings, LONGEST_WAIT_MS);
    this.#failures.delete(key);
    this.#failures.set(key, { count, nextMs: this.#now() + waitMs });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MOST_NAMES && oldest !== undefined) this.#failures.delete(oldest);
  }

  succeeded(name: string): void {
    this.#failures.delete(keyOf(name));
  }
}

function keyOf(name: string): string {
  return name.toLowerCase();
}
