import type { RowRuns } from './row-runs.ts';

/** 8: pixels are neighbours along sides and corners; 4: along sides alone. */
export type Connectivity = 4 | 8;

/**
 * The connected components of a set of runs. Components are numbered from 0 in raster order of their first pixel,
 * so `firstRun` (per component, the run that holds that pixel) ascends.
 */
export interface RunLabels {
  readonly count: number;
  /** Int32, one per run: its component. */
  readonly labelOfRun: Int32Array;
  /** Int32, one per component. */
  readonly firstRun: Int32Array;
  /** Float64 (whole numbers), one per component: pixels in it. */
  readonly areaPx: Float64Array;
}

/** Union-find over runs of neighbouring rows; a component's root is its first run in raster order. */
export function labelRuns(runs: RowRuns, connectivity: Connectivity): RunLabels {
  const parent = new Int32Array(runs.count);
  for (let run = 0; run < runs.count; run++) parent[run] = run;
  const reach = connectivity === 8 ? 1 : 0;
  for (let y = 1; y < runs.height; y++) joinRowsInto(parent, runs, y, reach);
  return numberComponents(runs, parent);
}

/** Uint8, one per component: 1 when it touches the border of the image. Background components that do not are holes. */
export function reachesBorder(runs: RowRuns, labels: RunLabels): Uint8Array {
  const { rowStart, starts, ends, width, height } = runs;
  const reaches = new Uint8Array(labels.count);
  for (let y = 0; y < height; y++) {
    const first = rowStart[y] as number;
    const last = (rowStart[y + 1] as number) - 1;
    if (first > last) continue;
    if (y === 0 || y === height - 1) {
      for (let run = first; run <= last; run++) reaches[labels.labelOfRun[run] as number] = 1;
    } else {
      if (starts[first] === 0) reaches[labels.labelOfRun[first] as number] = 1;
      if (ends[last] === width) reaches[labels.labelOfRun[last] as number] = 1;
    }
  }
  return reaches;
}

function joinRowsInto(parent: Int32Array, runs: RowRuns, y: number, reach: 0 | 1): void {
  const { rowStart, starts, ends } = runs;
  let above = rowStart[y - 1] as number;
  let below = rowStart[y] as number;
  const lastAbove = below;
  const lastBelow = rowStart[y + 1] as number;
  while (above < lastAbove && below < lastBelow) {
    const endAbove = ends[above] as number;
    const endBelow = ends[below] as number;
    if (endAbove + reach <= (starts[below] as number)) above++;
    else if (endBelow + reach <= (starts[above] as number)) below++;
    else {
      joinInto(parent, above, below);
      // The run that ends first cannot reach the other's successor: runs of a row lie at least one pixel apart.
      if (endAbove < endBelow) above++;
      else below++;
    }
  }
}

function joinInto(parent: Int32Array, a: number, b: number): void {
  const rootA = findRoot(parent, a);
  const rootB = findRoot(parent, b);
  if (rootA < rootB) parent[rootB] = rootA;
  else parent[rootA] = rootB;
}

function findRoot(parent: Int32Array, start: number): number {
  let run = start;
  for (;;) {
    const up = parent[run] as number;
    if (up === run) return run;
    const next = parent[up] as number;
    parent[run] = next;
    run = next;
  }
}

function numberComponents(runs: RowRuns, parent: Int32Array): RunLabels {
  let count = 0;
  for (let run = 0; run < runs.count; run++) if (parent[run] === run) count++;
  const firstRun = new Int32Array(count);
  const areaPx = new Float64Array(count);
  let next = 0;
  for (let run = 0; run < runs.count; run++) {
    // Parents come before their runs and are numbered already, so one step up is enough.
    const up = parent[run] as number;
    const label = up === run ? next++ : (parent[up] as number);
    if (up === run) firstRun[label] = run;
    parent[run] = label;
    areaPx[label] = (areaPx[label] as number) + (runs.ends[run] as number) - (runs.starts[run] as number);
  }
  return { count, labelOfRun: parent, firstRun, areaPx };
}
