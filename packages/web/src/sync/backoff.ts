const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** How long to wait before the next attempt after so many that failed: doubling, then every 15 s. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
}
