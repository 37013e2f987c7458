import type { Bitmap } from '../mask/bitmap.ts';
import { labelRuns } from '../mask/label-runs.ts';
import { type RowRuns, rowRunsOf } from '../mask/row-runs.ts';

/**
 * Corners of a closed line along the edges between pixels: Int32, x and y in turn, not repeated at the end. Image space:
 * the top left corner of the first pixel is (0, 0). No corner occurs twice. Outer rings run clockwise on the screen
 * (their shoelace sum is above 0), holes the other way.
 */
export type PixelRing = Int32Array;

/** A 4-connected part of a mask: what lies in the outer ring and in no hole is exactly its pixels. */
export interface MaskPolygon {
  readonly outer: PixelRing;
  readonly holes: readonly PixelRing[];
}

/**
 * The mask as polygons along pixel edges, which lose nothing. In raster order of their first pixel; holes likewise.
 *
 * Parts are 4-connected and rings are cut where they would touch themselves, so that all of it is valid in the sense of
 * OGC 06-103r4, 6.1.11: rings are simple and meet in points at most. Throws `mask-size-invalid`.
 */
export function polygonsOfMask(bitmap: Bitmap): MaskPolygon[] {
  const runs = rowRunsOf(bitmap);
  const { count, labelOfRun } = labelRuns(runs, 4);
  const parts = Array.from({ length: count }, () => ({ outer: new Int32Array(), holes: [] as PixelRing[] }));
  for (const { ring, run } of ringsOf(bitmap, runs)) {
    const part = parts[labelOfRun[run] as number] as { outer: PixelRing; holes: PixelRing[] };
    for (const simple of simpleRings(ring)) {
      if (doubledArea(simple) > 0) part.outer = simple;
      else part.holes.push(simple);
    }
  }
  return parts;
}

/**
 * One ring out of many, joined by bridges that are walked there and back: filled by even-odd it is the same pixels, for
 * formats that know no holes and no parts. Each ring is joined at its first corner to the nearest corner before it.
 */
export function bridgedRing(rings: readonly PixelRing[]): number[] {
  const [first = new Int32Array(), ...others] = rings;
  const path = Array.from(first);
  for (const ring of others) {
    const [x = 0, y = 0] = ring;
    const at = nearestCorner(path, x, y);
    path.splice(at + 2, 0, ...ring, x, y, path[at] as number, path[at + 1] as number);
  }
  return path;
}

function nearestCorner(path: readonly number[], x: number, y: number): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (let i = 0; i < path.length; i += 2) {
    const distance = ((path[i] as number) - x) ** 2 + ((path[i + 1] as number) - y) ** 2;
    if (distance >= bestDistance) continue;
    best = i;
    bestDistance = distance;
  }
  return best;
}

/** Twice the area by the shoelace formula, above 0 for rings that run clockwise on the screen. */
export function doubledArea(ring: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
    sum += (ring[j] as number) * (ring[i + 1] as number) - (ring[i] as number) * (ring[j + 1] as number);
  }
  return sum;
}

/** Right, down, left, up. */
const STEP_X = [1, 0, -1, 0] as const;
const STEP_Y = [0, 1, 0, -1] as const;

/** Every border once, from the left edge of a run on, upwards, with the mask to the right. */
function* ringsOf(bitmap: Bitmap, runs: RowRuns): Generator<{ ring: number[]; run: number }> {
  const { width, height } = bitmap;
  /** Left edges of pixels that a ring has passed. */
  const passed = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const last = runs.rowStart[y + 1] as number;
    for (let run = runs.rowStart[y] as number; run < last; run++) {
      const x = runs.starts[run] as number;
      if (passed[y * width + x] === 0) yield { ring: traceInto(passed, bitmap, x, y), run };
    }
  }
}

function traceInto(passed: Uint8Array, bitmap: Bitmap, startX: number, startY: number): number[] {
  const { width } = bitmap;
  const ring: number[] = [];
  // The left edge of the first pixel, walked upwards, is the last step of the ring.
  let x = startX;
  let y = startY + 1;
  let direction = 3;
  do {
    if (direction === 3) passed[(y - 1) * width + x] = 1;
    x += STEP_X[direction] as number;
    y += STEP_Y[direction] as number;
    const turn = turnAt(bitmap, x, y, direction);
    if (turn !== 0) ring.push(x, y);
    direction = (direction + turn) & 3;
  } while (x !== startX || y !== startY + 1 || direction !== 3);
  return ring;
}

/** 1 right, -1 left, 0 ahead. Where pixels touch at a corner alone the ring stays with its own, so parts are 4-connected. */
function turnAt(bitmap: Bitmap, x: number, y: number, direction: number): number {
  // The two pixels that lie ahead of the corner, to the right and to the left of the way.
  const right =
    direction === 0 ? [x, y] : direction === 1 ? [x - 1, y] : direction === 2 ? [x - 1, y - 1] : [x, y - 1];
  if (!isSet(bitmap, right[0] as number, right[1] as number)) return 1;
  const left =
    direction === 0 ? [x, y - 1] : direction === 1 ? [x, y] : direction === 2 ? [x - 1, y] : [x - 1, y - 1];
  return isSet(bitmap, left[0] as number, left[1] as number) ? -1 : 0;
}

function isSet({ width, height, data }: Bitmap, x: number, y: number): boolean {
  return x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] !== 0;
}

/** Cuts a ring at every corner that it passes twice. */
function simpleRings(ring: readonly number[]): PixelRing[] {
  const simple: PixelRing[] = [];
  const open: { readonly x: number; readonly y: number }[] = [];
  const places = new Map<string, number>();
  for (let i = 0; i < ring.length; i += 2) {
    const corner = { x: ring[i] as number, y: ring[i + 1] as number };
    const place = places.get(`${corner.x},${corner.y}`);
    if (place !== undefined) {
      const loop = open.splice(place);
      for (const { x, y } of loop) places.delete(`${x},${y}`);
      simple.push(Int32Array.from(loop.flatMap(({ x, y }) => [x, y])));
    }
    places.set(`${corner.x},${corner.y}`, open.length);
    open.push(corner);
  }
  simple.push(Int32Array.from(open.flatMap(({ x, y }) => [x, y])));
  return simple;
}
