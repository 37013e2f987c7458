import type { BoxXyxy } from '../geometry/box.ts';
import type { Bitmap } from './bitmap.ts';
import { perimeterOf } from './contours.ts';
import { labelRuns, reachesBorder } from './label-runs.ts';
import { boxOfRuns, complementOf, type RowRuns, rowRunsOf } from './row-runs.ts';

/** What is measured of one mask, in pixels of the oriented image. */
export interface MaskMeasures {
  /** Number of pixels set. */
  readonly areaPx: number;
  /** Sum of OpenCV `arcLength(closed)` over `findContours(RETR_EXTERNAL, CHAIN_APPROX_SIMPLE)`. */
  readonly perimeterPx: number;
  /** Smallest half-open box around the pixels set; null for an empty mask. */
  readonly box: BoxXyxy | null;
  /** 8-connected components of pixels set. */
  readonly components: number;
  /** 4-connected components of pixels not set that do not reach the image border. */
  readonly holes: number;
}

/**
 * Measures a mask. Cost is one look over its bytes plus work in proportion to its outline.
 * Throws `mask-size-invalid`.
 */
export function measureMask(bitmap: Bitmap): MaskMeasures {
  return measureRuns(bitmap, rowRunsOf(bitmap));
}

/** As {@link measureMask}, for a caller that has the mask's runs already. */
export function measureRuns(bitmap: Bitmap, runs: RowRuns): MaskMeasures {
  const box = boxOfRuns(runs);
  if (box === null) return { areaPx: 0, perimeterPx: 0, box: null, components: 0, holes: 0 };
  const components = labelRuns(runs, 8);
  const gaps = complementOf(runs);
  const background = labelRuns(gaps, 4);
  return {
    areaPx: sum(components.areaPx),
    perimeterPx: perimeterOf(bitmap, runs, components, gaps, background),
    box,
    components: components.count,
    holes: background.count - sum(reachesBorder(gaps, background)),
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
