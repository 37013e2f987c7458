/** A mask that a person decided about, by the score that the model gave it. */
export interface JudgedScore {
  /** Predicted IoU, raw. */
  readonly score: number;
  /** `corrected`: accepted, but only after it was changed. */
  readonly verdict: 'accepted' | 'corrected' | 'rejected';
}

/** Masks with a score from `from` on and below `to`; the last bin includes its end. */
export interface ScoreBin {
  readonly from: number;
  readonly to: number;
  readonly accepted: number;
  readonly corrected: number;
  readonly rejected: number;
}

export interface ThresholdAdvice {
  readonly bins: readonly ScoreBin[];
  readonly judged: number;
  /** Lowest threshold of which the precision is wanted or better with confidence; null where no threshold reaches it. */
  readonly suggestion: SuggestedThreshold | null;
}

export interface SuggestedThreshold {
  readonly threshold: number;
  /** Share of the masks at or above the threshold that were accepted as they were, and its interval. */
  readonly precision: number;
  readonly low: number;
  readonly high: number;
  /** Masks at or above the threshold. */
  readonly count: number;
  /** Share of all judged masks that they are. */
  readonly kept: number;
}

export interface ThresholdOptions {
  /** In (0, 1). */
  readonly wantedPrecision: number;
  /** Default 20 bins of 0.05. */
  readonly binCount?: number;
  /** Normal quantile of the interval. Default 1.96: 95 %. */
  readonly quantile?: number;
}

/**
 * What people accepted, by score, and the lowest score from which on they accept as large a share as is wanted. A threshold is
 * suggested where the lower end of the share's interval reaches it, so a few lucky decisions suggest nothing. Scores beyond
 * [0, 1] count as 0 and 1.
 */
export function adviseThreshold(judged: readonly JudgedScore[], options: ThresholdOptions): ThresholdAdvice {
  const { wantedPrecision, binCount = 20, quantile = 1.96 } = options;
  const bins = binScores(judged, binCount);
  let suggestion: SuggestedThreshold | null = null;
  let accepted = 0;
  let count = 0;
  for (const bin of [...bins].reverse()) {
    accepted += bin.accepted;
    count += countOf(bin);
    if (countOf(bin) === 0) continue;
    const interval = wilsonInterval(accepted, count, quantile);
    if (interval.low < wantedPrecision) continue;
    const precision = accepted / count;
    suggestion = { threshold: bin.from, precision, ...interval, count, kept: count / judged.length };
  }
  return { bins, judged: judged.length, suggestion };
}

function binScores(judged: readonly JudgedScore[], binCount: number): ScoreBin[] {
  const bins = Array.from({ length: binCount }, (_, bin) => ({
    from: bin / binCount,
    to: (bin + 1) / binCount,
    accepted: 0,
    corrected: 0,
    rejected: 0,
  }));
  for (const { score, verdict } of judged) {
    const place = Math.floor(Math.min(1, Math.max(0, score)) * binCount);
    const bin = bins[Math.min(binCount - 1, place)];
    if (bin !== undefined) bin[verdict]++;
  }
  return bins;
}

function countOf({ accepted, corrected, rejected }: ScoreBin): number {
  return accepted + corrected + rejected;
}

/**
 * Interval of a share of which `hits` of `count` were seen. Source: E. B. Wilson, Probable inference, the law of succession, and statistical
 * inference (1927).
 */
export function wilsonInterval(
  hits: number,
  count: number,
  quantile: number,
): { readonly low: number; readonly high: number } {
  if (count === 0) return { low: 0, high: 1 };
  const share = hits / count;
  const z2 = (quantile * quantile) / count;
  const centre = (share + z2 / 2) / (1 + z2);
  const half = (quantile / (1 + z2)) * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
