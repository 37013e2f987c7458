/** Counts as shares of their sum, so that few values are as tall as many; all 0 where there are none. */
export function shareHeights(counts: readonly number[]): number[] {
  const sum = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => (sum === 0 ? 0 : count / sum));
}
