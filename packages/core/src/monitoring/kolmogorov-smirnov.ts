/**
 * Largest distance between the empirical distribution functions of two samples, in [0, 1]; 0 where one of them is empty.
 *
 * @param first ascending.
 * @param second ascending.
 * Source: N. Smirnov, Table for estimating the goodness of fit of empirical distributions (1948).
 */
export function kolmogorovSmirnovDistance(first: ArrayLike<number>, second: ArrayLike<number>): number {
  if (first.length === 0 || second.length === 0) return 0;
  let largest = 0;
  let i = 0;
  let j = 0;
  while (i < first.length && j < second.length) {
    const value = Math.min(first[i] as number, second[j] as number);
    while (i < first.length && (first[i] as number) <= value) i++;
    while (j < second.length && (second[j] as number) <= value) j++;
    largest = Math.max(largest, Math.abs(i / first.length - j / second.length));
  }
  return largest;
}

/**
 * The distance that two samples of one distribution exceed with a probability of about `significance`, from the asymptotic
 * distribution: sqrt(-ln(significance / 2) / 2) sqrt((n + m) / (n m)).
 */
export function kolmogorovSmirnovLimit(
  firstCount: number,
  secondCount: number,
  significance: number,
): number {
  const spread = Math.sqrt(-Math.log(significance / 2) / 2);
  return spread * Math.sqrt((firstCount + secondCount) / (firstCount * secondCount));
}
