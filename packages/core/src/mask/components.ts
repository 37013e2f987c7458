import type { BoxXyxy } from '../geometry/box.ts';
import type { Bitmap } from './bitmap.ts';
import { labelRuns, type RunLabels, reachesBorder } from './label-runs.ts';
import { complementOf, type RowRuns, rowRunsOf } from './row-runs.ts';

/** A connected set of pixels. Image space. */
export interface MaskComponent {
  readonly areaPx: number;
  /** Smallest half-open box around it. */
  readonly box: BoxXyxy;
  /** Index of its first pixel in raster order: the leftmost of its top row. */
  readonly start: { readonly x: number; readonly y: number };
}

/** 8-connected components of the pixels set, in raster order of their first pixel. */
export function findComponents(bitmap: Bitmap): MaskComponent[] {
  const runs = rowRunsOf(bitmap);
  return describeComponents(runs, labelRuns(runs, 8));
}

/** 4-connected components of the pixels not set, in raster order of their first pixel. */
export function findBackgroundComponents(bitmap: Bitmap): MaskComponent[] {
  const gaps = complementOf(rowRunsOf(bitmap));
  return describeComponents(gaps, labelRuns(gaps, 4));
}

/** 4-connected components of the pixels not set that do not touch the border of the image, in raster order. */
export function findHoles(bitmap: Bitmap): MaskComponent[] {
  const gaps = complementOf(rowRunsOf(bitmap));
  const background = labelRuns(gaps, 4);
  const reaches = reachesBorder(gaps, background);
  return describeComponents(gaps, background).filter((_, label) => reaches[label] === 0);
}

function describeComponents(runs: RowRuns, labels: RunLabels): MaskComponent[] {
  const { count, labelOfRun } = labels;
  const x1 = new Int32Array(count).fill(runs.width);
  const y1 = new Int32Array(count).fill(-1);
  const x2 = new Int32Array(count);
  const y2 = new Int32Array(count);
  for (let y = 0; y < runs.height; y++) {
    const last = runs.rowStart[y + 1] as number;
    for (let run = runs.rowStart[y] as number; run < last; run++) {
      const label = labelOfRun[run] as number;
      if (y1[label] === -1) y1[label] = y;
      y2[label] = y + 1;
      x1[label] = Math.min(x1[label] as number, runs.starts[run] as number);
      x2[label] = Math.max(x2[label] as number, runs.ends[run] as number);
    }
  }
  return Array.from({ length: count }, (_, label) => ({
    areaPx: labels.areaPx[label] as number,
    box: {
      x1: x1[label] as number,
      y1: y1[label] as number,
      x2: x2[label] as number,
      y2: y2[label] as number,
    },
    start: { x: runs.starts[labels.firstRun[label] as number] as number, y: y1[label] as number },
  }));
}
