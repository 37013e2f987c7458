import type { Bitmap, ImagePoint } from '@calque/core';
import type { Stroke } from './mask-maker.ts';

/**
 * Draws a stroke into a mask: every pixel whose centre is at most the brush's radius away from the line through the points,
 * and the pixels that the points themselves lie in, so that the smallest brush draws as well.
 *
 * @param bitmap of the image's size; 1 is written to paint, 0 to erase.
 */
export function paintStrokeInto(bitmap: Bitmap, { points, diameterPx, mode }: Omit<Stroke, 'base'>): void {
  const value = mode === 'paint' ? 1 : 0;
  const radius = diameterPx / 2;
  for (const [i, point] of points.entries()) {
    setPixelInto(bitmap, point, value);
    fillCapsuleInto(bitmap, points[i - 1] ?? point, point, radius, value);
  }
}

function setPixelInto({ width, height, data }: Bitmap, point: ImagePoint, value: number): void {
  const x = Math.floor(point.x);
  const y = Math.floor(point.y);
  if (x >= 0 && y >= 0 && x < width && y < height) data[y * width + x] = value;
}

/** All within `radius` of the line from `from` to `to`. It is convex, so each row is one run. */
function fillCapsuleInto(
  { width, height, data }: Bitmap,
  from: ImagePoint,
  to: ImagePoint,
  radius: number,
  value: number,
): void {
  const top = Math.max(0, Math.ceil(Math.min(from.y, to.y) - radius - 0.5));
  const bottom = Math.min(height - 1, Math.floor(Math.max(from.y, to.y) + radius - 0.5));
  for (let y = top; y <= bottom; y++) {
    const run = rowOfCapsule(from, to, radius, y + 0.5);
    const first = Math.max(0, Math.ceil(run.from - 0.5));
    const last = Math.min(width - 1, Math.floor(run.to - 0.5));
    if (first <= last) data.fill(value, y * width + first, y * width + last + 1);
  }
}

interface Interval {
  from: number;
  to: number;
}

/** The part of the line at height `y` that lies in the capsule: it spans both discs and the strip between them. */
function rowOfCapsule(from: ImagePoint, to: ImagePoint, radius: number, y: number): Interval {
  const run: Interval = { from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
  for (const centre of [from, to]) {
    const half = Math.sqrt(radius * radius - (y - centre.y) ** 2);
    if (Number.isNaN(half)) continue;
    widenInto(run, centre.x - half);
    widenInto(run, centre.x + half);
  }
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return run;
  const side = { x: ((from.y - to.y) / length) * radius, y: ((to.x - from.x) / length) * radius };
  for (const sign of [-1, 1]) {
    const start = { x: from.x + sign * side.x, y: from.y + sign * side.y };
    crossInto(run, start, { x: start.x + to.x - from.x, y: start.y + to.y - from.y }, y);
    crossInto(run, start, from, y);
    crossInto(run, { x: to.x + sign * side.x, y: to.y + sign * side.y }, to, y);
  }
  return run;
}

/** Adds where the line between two points crosses the height `y`. */
function crossInto(run: Interval, a: ImagePoint, b: ImagePoint, y: number): void {
  if (a.y === b.y || (y - a.y) * (y - b.y) > 0) return;
  widenInto(run, a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y));
}

function widenInto(run: Interval, x: number): void {
  run.from = Math.min(run.from, x);
  run.to = Math.max(run.to, x);
}
