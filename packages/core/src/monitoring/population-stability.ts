/** Equal parts of a reference sample: bounds between neighbouring bins, ascending, and how many values lie in each. */
export interface ReferenceBins {
  /** A value belongs to the first bin whose bound is not below it, to the last where there is none. */
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/**
 * Bins that hold about equally many values of the reference each. Bounds that coincide, since many values are equal, count once, so
 * there may be fewer bins than asked for.
 *
 * @param sorted the reference sample, ascending, at least one value.
 */
export function referenceBins(sorted: ArrayLike<number>, binCount: number): ReferenceBins {
  const bounds: number[] = [];
  for (let bin = 1; bin < binCount; bin++) {
    const bound = sorted[Math.ceil((bin * sorted.length) / binCount) - 1] ?? Number.NaN;
    const isLast = bound >= (sorted[sorted.length - 1] ?? Number.NaN);
    if (!isLast && bound !== bounds.at(-1)) bounds.push(bound);
  }
  return { bounds, counts: countInBins(sorted, bounds) };
}

/** How many of the values lie in each bin; in any order. */
export function countInBins(values: ArrayLike<number>, bounds: readonly number[]): number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    const bin = binOf(values[i] as number, bounds);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function binOf(value: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= (bounds[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Population stability index of two histograms over the same bins: sum of (c - r) ln(c / r) over the shares r of the reference and c of
 * the current window; 0 where they are equal. Half a value is added to each bin (Jeffreys), so that an empty one does not make it
 * infinite. By custom, below 0.1 is no change, 0.1 to 0.25 a moderate and above 0.25 a large one.
 *
 * Source: N. Siddiqi, Credit Risk Scorecards (Wiley, 2006), chapter 6; it is the Jeffreys divergence of the two.
 */
export function populationStabilityIndex(reference: readonly number[], current: readonly number[]): number {
  const expected = sharesOf(reference);
  const found = sharesOf(current);
  return found.reduce((sum, share, bin) => {
    const former = expected[bin] as number;
    return sum + (share - former) * Math.log(share / former);
  }, 0);
}

function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count + 0.5, 0);
  return counts.map((count) => (count + 0.5) / total);
}
