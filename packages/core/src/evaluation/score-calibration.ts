/** A prediction of an IoU and the IoU that came out. */
export interface ScoredIou {
  /** The score as the model gave it; outside 0 … 1 it counts as 0 or 1. */
  readonly score: number;
  readonly iou: number;
}

/** Answers whose score lies in [low, high), the last bin with its end; the means are 0 where there is none. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly meanScore: number;
  readonly meanIou: number;
}

export interface ScoreCalibration {
  readonly bins: readonly CalibrationBin[];
  /** Mean over the answers of |mean score - mean IoU| of their bin, in [0, 1]; null without answers. */
  readonly expectedError: number | null;
  /** The largest |mean score - mean IoU| of a bin. */
  readonly greatestError: number | null;
  /** Mean score minus mean IoU: above 0 the model promises too much. */
  readonly bias: number | null;
}

export const USUAL_CALIBRATION_BINS = 10;

/**
 * How far scores can be believed: equal bins over [0, 1], and in each the mean score against the mean IoU.
 * Source: C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017, with the IoU in the place of accuracy.
 */
export function calibrateScores(
  answers: readonly ScoredIou[],
  binCount: number = USUAL_CALIBRATION_BINS,
): ScoreCalibration {
  const groups = Array.from({ length: binCount }, (): ScoredIou[] => []);
  for (const { score, iou } of answers) {
    const kept = Math.min(1, Math.max(0, score));
    groups[Math.min(binCount - 1, Math.floor(kept * binCount))]?.push({ score: kept, iou });
  }
  const bins = groups.map(
    (group, i): CalibrationBin => ({
      low: i / binCount,
      high: (i + 1) / binCount,
      count: group.length,
      meanScore: meanOf(group.map(({ score }) => score)) ?? 0,
      meanIou: meanOf(group.map(({ iou }) => iou)) ?? 0,
    }),
  );
  if (answers.length === 0) return { bins, expectedError: null, greatestError: null, bias: null };
  const weighted = (part: (bin: CalibrationBin) => number) =>
    bins.reduce((sum, bin) => sum + bin.count * part(bin), 0) / answers.length;
  return {
    bins,
    expectedError: weighted(gapOf),
    greatestError: Math.max(...bins.map(gapOf)),
    bias: weighted(({ meanScore, meanIou }) => meanScore - meanIou),
  };
}

function gapOf({ meanScore, meanIou }: CalibrationBin): number {
  return Math.abs(meanScore - meanIou);
}

/** Null for no values. */
export function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
