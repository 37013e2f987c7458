import type { Bitmap } from './bitmap.ts';
import { labelRuns, type RunLabels, reachesBorder } from './label-runs.ts';
import { complementOf, type RowRuns, rowRunsOf } from './row-runs.ts';

/** A closed border of a mask. */
export interface Contour {
  /**
   * Int32Array of x, y, x, y, …: indices of border pixels of the mask itself, whose centres are at +0.5. Outer borders
   * run anticlockwise as seen on the screen (y down), hole borders clockwise, as OpenCV's do.
   */
  readonly points: Int32Array;
  /** The border of a hole (4-connected background enclosed by the mask) rather than of an 8-connected component. */
  readonly isHole: boolean;
}

export interface ContourOptions {
  /**
   * `external`: outer borders of the components that lie in no hole of another (OpenCV's RETR_EXTERNAL).
   * `all`: outer borders of all components, then borders of all holes (the contours of RETR_LIST).
   */
  readonly retrieve: 'external' | 'all';
  /** `simple` keeps only where the direction changes (CHAIN_APPROX_SIMPLE, the default); `none` keeps every pixel. */
  readonly approximation?: 'simple' | 'none';
}

/**
 * The contours of a mask, in raster order of their first pixel (OpenCV lists them last first), each with the points,
 * start and direction that OpenCV `findContours` gives it. New arrays. Throws `mask-size-invalid`.
 * Source: S. Suzuki and K. Abe, Topological structural analysis of digitized binary images by border following, 1985.
 */
export function findContours(bitmap: Bitmap, { retrieve, approximation }: ContourOptions): Contour[] {
  const runs = rowRunsOf(bitmap);
  const gaps = complementOf(runs);
  const components = labelRuns(runs, 8);
  const background = labelRuns(gaps, 4);
  const chain = new Chain(bitmap.width);
  const contours: Contour[] = [];
  const add = (start: PixelIndex, border: Border): void => {
    traceInto(chain, bitmap, start, border);
    const points = pointsOfChain(chain, start, approximation ?? 'simple');
    contours.push({ points, isHole: border === 'hole' });
  };
  if (retrieve === 'external') {
    for (const label of externalLabels(runs, components, gaps, background)) {
      add(startOf(runs, components, label), 'outer');
    }
  } else {
    for (let label = 0; label < components.count; label++) add(startOf(runs, components, label), 'outer');
    for (const start of holeStarts(gaps, background)) add(start, 'hole');
  }
  return contours;
}

/**
 * Length in pixels of a closed polygon given as x, y, x, y, …: OpenCV's `arcLength(closed)`, whose segments are rounded to
 * single precision.
 */
export function arcLength(points: ArrayLike<number>): number {
  if (points.length < 4) return 0;
  let length = 0;
  let fromX = points[points.length - 2] as number;
  let fromY = points[points.length - 1] as number;
  for (let i = 0; i + 1 < points.length; i += 2) {
    const x = points[i] as number;
    const y = points[i + 1] as number;
    length += Math.fround(Math.sqrt((x - fromX) ** 2 + (y - fromY) ** 2));
    fromX = x;
    fromY = y;
  }
  return length;
}

/**
 * Sum of {@link arcLength} over the external contours, without making their points.
 * `components` are the 8-connected components of `runs`; `background` the 4-connected ones of `gaps`, its complement.
 */
export function perimeterOf(
  bitmap: Bitmap,
  runs: RowRuns,
  components: RunLabels,
  gaps: RowRuns,
  background: RunLabels,
): number {
  const chain = new Chain(bitmap.width);
  let perimeter = 0;
  for (const label of externalLabels(runs, components, gaps, background)) {
    // A lone pixel has no length; of noise most components are such.
    if (components.areaPx[label] === 1) continue;
    traceInto(chain, bitmap, startOf(runs, components, label), 'outer');
    perimeter += lengthOfChain(chain);
  }
  return perimeter;
}

interface PixelIndex {
  readonly x: number;
  readonly y: number;
}

function startOf(runs: RowRuns, labels: RunLabels, label: number): PixelIndex {
  const run = labels.firstRun[label] as number;
  return { x: runs.starts[run] as number, y: rowOfRun(runs, run) };
}

function rowOfRun({ rowStart }: RowRuns, run: number): number {
  let low = 0;
  let high = rowStart.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rowStart[middle] as number) <= run) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Labels of the components that lie in no hole. What is left of a component's first pixel surrounds the component, since none
 * of the component is above: it lies in a hole exactly when that background does not reach the border.
 */
function externalLabels(
  runs: RowRuns,
  components: RunLabels,
  gaps: RowRuns,
  background: RunLabels,
): number[] {
  const reaches = reachesBorder(gaps, background);
  const external: number[] = [];
  for (let label = 0, y = 0; label < components.count; label++) {
    const run = components.firstRun[label] as number;
    while ((runs.rowStart[y + 1] as number) <= run) y++;
    const isAtEdge = runs.starts[run] === 0;
    if (isAtEdge || reaches[background.labelOfRun[gapLeftOf(runs, gaps, run, y)] as number] === 1) {
      external.push(label);
    }
  }
  return external;
}

/** The gap that ends where a run starts; the run does not start at x = 0. */
function gapLeftOf(runs: RowRuns, gaps: RowRuns, run: number, y: number): number {
  const firstRun = runs.rowStart[y] as number;
  const beginsWithRun = runs.starts[firstRun] === 0 ? 1 : 0;
  return (gaps.rowStart[y] as number) + run - firstRun - beginsWithRun;
}

/** For each hole the mask pixel left of its first pixel. */
function* holeStarts(gaps: RowRuns, background: RunLabels): Generator<PixelIndex> {
  const reaches = reachesBorder(gaps, background);
  for (let label = 0; label < background.count; label++) {
    if (reaches[label] === 1) continue;
    const { x, y } = startOf(gaps, background, label);
    yield { x: x - 1, y };
  }
}

/** Steps from pixel to pixel along a border: 0 is right, then anticlockwise on the screen by 45 degrees. */
class Chain {
  length = 0;
  codes: Uint8Array = new Uint8Array(4096);
  /** What each step adds to the index of a pixel in a mask of the given width. */
  readonly offsets: readonly number[];

  constructor(width: number) {
    this.offsets = STEP_X.map((stepX, code) => stepX + (STEP_Y[code] as number) * width);
  }

  grow(): void {
    const { codes } = this;
    this.codes = new Uint8Array(2 * codes.length);
    this.codes.set(codes);
  }
}

const STEP_X = [1, 1, 0, -1, -1, -1, 0, 1] as const;
const STEP_Y = [0, -1, -1, -1, 0, 1, 1, 1] as const;

/** Of a component, with the background to the left of where it starts, or of a hole, to the right. */
type Border = 'outer' | 'hole';

/** Follows a border once around. No steps for a lone pixel. */
function traceInto(chain: Chain, bitmap: Bitmap, start: PixelIndex, border: Border): void {
  const { data, width, height } = bitmap;
  const { offsets } = chain;
  let { x, y } = start;
  chain.length = 0;
  const background = border === 'hole' ? 0 : 4;
  let code = background;
  do code = (code - 1) & 7;
  while (code !== background && !isNeighbourSet(bitmap, x, y, code));
  if (code === background) return;
  const first = y * width + x;
  const last = first + (offsets[code] as number);
  let at = first;
  for (;;) {
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) {
      do code = (code + 1) & 7;
      while (data[at + (offsets[code] as number)] === 0);
    } else {
      do code = (code + 1) & 7;
      while (!isNeighbourSet(bitmap, x, y, code));
    }
    const next = at + (offsets[code] as number);
    if (chain.length === chain.codes.length) chain.grow();
    chain.codes[chain.length++] = code;
    if (next === first && at === last) return;
    at = next;
    x += STEP_X[code] as number;
    y += STEP_Y[code] as number;
    code = (code + 4) & 7;
  }
}

/** For pixels along the border of the image, where an offset could lead into another row. */
function isNeighbourSet({ data, width, height }: Bitmap, x: number, y: number, code: number): boolean {
  const nextX = x + (STEP_X[code] as number);
  const nextY = y + (STEP_Y[code] as number);
  const isInside = nextX >= 0 && nextY >= 0 && nextX < width && nextY < height;
  return isInside && data[nextY * width + nextX] !== 0;
}

function pointsOfChain(chain: Chain, start: PixelIndex, approximation: 'simple' | 'none'): Int32Array {
  const { codes, length } = chain;
  if (length === 0) return Int32Array.of(start.x, start.y);
  const points = new Int32Array(2 * length);
  let { x, y } = start;
  let count = 0;
  let previous = approximation === 'none' ? -1 : (codes[length - 1] as number);
  for (let i = 0; i < length; i++) {
    const code = codes[i] as number;
    if (code !== previous) {
      points[count++] = x;
      points[count++] = y;
    }
    if (approximation === 'simple') previous = code;
    x += STEP_X[code] as number;
    y += STEP_Y[code] as number;
  }
  return count === points.length ? points : points.slice(0, count);
}

function lengthOfChain({ codes, length }: Chain): number {
  if (length === 0) return 0;
  // The chain is closed: begin where the direction changes, so that no straight stretch is cut in two.
  let begin = 0;
  while (codes[begin] === codes[length - 1]) begin++;
  let total = 0;
  let steps = 0;
  let direction = codes[begin] as number;
  for (let k = 0, i = begin; k < length; k++, i = i + 1 === length ? 0 : i + 1) {
    const code = codes[i] as number;
    if (code !== direction) {
      total += stretchLength(direction, steps);
      direction = code;
      steps = 0;
    }
    steps++;
  }
  return total + stretchLength(direction, steps);
}

function stretchLength(code: number, steps: number): number {
  return (code & 1) === 0 ? steps : Math.fround(Math.sqrt(2 * steps * steps));
}
