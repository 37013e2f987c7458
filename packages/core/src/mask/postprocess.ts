import { postprocessOptionInvalid } from '../errors.ts';
import type { Bitmap } from './bitmap.ts';
import { labelRuns, type RunLabels, reachesBorder } from './label-runs.ts';
import type { PostprocessOptions } from './postprocess-options.ts';
import { complementOf, paintRunsInto, type RowRuns, rowRunsOf } from './row-runs.ts';
import { MAX_SMOOTH_RADIUS_PX, smoothMask } from './smooth.ts';

/**
 * The mask after the steps that are switched on: holes filled, islands dropped, the largest components kept, the outline
 * smoothed ({@link smoothMask}), in this order. Of components of equal size the first in raster order is kept.
 * Always a new bitmap. Throws `postprocess-option-invalid` or `mask-size-invalid`.
 */
export function postprocess(bitmap: Bitmap, options: PostprocessOptions): Bitmap {
  const { fillHolesPx, dropIslandsPx, keepLargest, smoothRadiusPx } = validatePostprocessOptions(options);
  const result: Bitmap = { width: bitmap.width, height: bitmap.height, data: bitmap.data.slice() };
  if (fillHolesPx !== undefined) fillHolesInto(result, fillHolesPx);
  if (dropIslandsPx !== undefined || keepLargest !== undefined) {
    keepComponentsInto(result, dropIslandsPx ?? 0, keepLargest ?? Number.POSITIVE_INFINITY);
  }
  return smoothRadiusPx === undefined ? result : smoothMask(result, smoothRadiusPx);
}

/** The options with the steps that are off left out. Throws `postprocess-option-invalid`. */
export function validatePostprocessOptions(options: PostprocessOptions): PostprocessOptions {
  return {
    ...step('fillHolesPx', options.fillHolesPx, Number.MAX_SAFE_INTEGER),
    ...step('dropIslandsPx', options.dropIslandsPx, Number.MAX_SAFE_INTEGER),
    ...step('keepLargest', options.keepLargest, Number.MAX_SAFE_INTEGER),
    ...step('smoothRadiusPx', options.smoothRadiusPx, MAX_SMOOTH_RADIUS_PX),
  };
}

function step(name: keyof PostprocessOptions, value: number | undefined, limit: number): PostprocessOptions {
  if (value === undefined || value === 0) return {};
  if (!Number.isInteger(value) || value < 0 || value > limit) {
    const range = limit === MAX_SMOOTH_RADIUS_PX ? `from 0 to ${limit}` : 'of 0 or more';
    throw postprocessOptionInvalid(name, value, `an integer ${range}`);
  }
  return { [name]: value };
}

function fillHolesInto({ width, height, data }: Bitmap, limitPx: number): void {
  const gaps = complementOf(rowRunsOf({ width, height, data }));
  const background = labelRuns(gaps, 4);
  const reaches = reachesBorder(gaps, background);
  const filled = runsWhere(gaps, background, (label) => {
    return reaches[label] === 0 && (background.areaPx[label] as number) < limitPx;
  });
  paintRunsInto(data, gaps, filled, 1);
}

function keepComponentsInto(bitmap: Bitmap, limitPx: number, keep: number): void {
  const runs = rowRunsOf(bitmap);
  const components = labelRuns(runs, 8);
  const kept = largest(components, keep);
  const dropped = runsWhere(runs, components, (label) => {
    return kept[label] === 0 || (components.areaPx[label] as number) < limitPx;
  });
  paintRunsInto(bitmap.data, runs, dropped, 0);
}

/** 1 for the `keep` largest components, 0 for the rest. */
function largest({ count, areaPx }: RunLabels, keep: number): Uint8Array {
  const kept = new Uint8Array(count);
  if (keep >= count) return kept.fill(1);
  // Labels are in raster order, and sorting keeps the order of equals.
  const bySize = Array.from(areaPx.keys()).sort((a, b) => (areaPx[b] as number) - (areaPx[a] as number));
  for (const label of bySize.slice(0, keep)) kept[label] = 1;
  return kept;
}

/** 1 for each run of a component that is chosen. */
function runsWhere(runs: RowRuns, labels: RunLabels, isChosen: (label: number) => boolean): Uint8Array {
  const chosen = Uint8Array.from({ length: labels.count }, (_, label) => (isChosen(label) ? 1 : 0));
  const ofRun = new Uint8Array(runs.count);
  for (let run = 0; run < runs.count; run++) ofRun[run] = chosen[labels.labelOfRun[run] as number] as number;
  return ofRun;
}
