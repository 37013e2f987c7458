/** What a Page-Hinkley detector remembers: plain data, to be kept between runs. */
export interface PageHinkleyState {
  readonly count: number;
  /** Of all values since the detector began. */
  readonly mean: number;
  /** How far the values have fallen below what was tolerated, added up, and the least that it ever was. */
  readonly fallen: number;
  readonly least: number;
}

export interface PageHinkleyOptions {
  /** Falls of the mean below this are tolerated, in units of the values. */
  readonly toleranceBelow: number;
  /** Alarm where what has fallen exceeds its least by this, in units of the values. */
  readonly threshold: number;
  /** No alarm among the first values: their mean is not known yet. */
  readonly warmUp: number;
}

/** For scores in [0, 1]; false alarms and delays that it was chosen for are in docs/monitoring.md. */
export const SCORE_DETECTOR: PageHinkleyOptions = { toleranceBelow: 0.01, threshold: 6, warmUp: 100 };

export const pageHinkleyBegin: PageHinkleyState = { count: 0, mean: 0, fallen: 0, least: 0 };

/**
 * The detector after one more value, and whether the mean has fallen. After an alarm the caller begins anew.
 *
 * Source: E. S. Page, Continuous inspection schemes (Biometrika, 1954); D. V. Hinkley, Inference about the change-point from cumulative sum
 * tests (Biometrika, 1971). In the form that J. Gama et al., A survey on concept drift adaptation (2014), give, for a fall.
 */
export function pageHinkleyAdd(
  state: PageHinkleyState,
  value: number,
  options: PageHinkleyOptions,
): { readonly state: PageHinkleyState; readonly alarm: boolean } {
  const count = state.count + 1;
  const mean = state.mean + (value - state.mean) / count;
  const fallen = state.fallen + (mean - value - options.toleranceBelow);
  const least = Math.min(state.least, fallen);
  const alarm = count > options.warmUp && fallen - least > options.threshold;
  return { state: { count, mean, fallen, least }, alarm };
}
