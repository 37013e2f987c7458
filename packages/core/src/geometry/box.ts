import { boxEmpty, boxNotFinite, boxOutsideImage } from '../errors.ts';
import type { Size } from './size.ts';

/** Axis-aligned box by its corners, half-open: covers x1 <= x < x2 and y1 <= y < y2. Pixels of the oriented image. */
export interface BoxXyxy {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Axis-aligned box by its top-left corner and extent, as COCO writes it. Pixels of the oriented image. */
export interface BoxXywh {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type BoxXyxyArray = readonly [x1: number, y1: number, x2: number, y2: number];

export function toXywh(box: BoxXyxy): BoxXywh {
  return { x: box.x1, y: box.y1, width: box.x2 - box.x1, height: box.y2 - box.y1 };
}

export function toXyxy(box: BoxXywh): BoxXyxy {
  return { x1: box.x, y1: box.y, x2: box.x + box.width, y2: box.y + box.height };
}

export function boxToArray(box: BoxXyxy): BoxXyxyArray {
  return [box.x1, box.y1, box.x2, box.y2];
}

export function boxFromArray([x1, y1, x2, y2]: BoxXyxyArray): BoxXyxy {
  return { x1, y1, x2, y2 };
}

/** The same box with x1 <= x2 and y1 <= y2, whatever corner it was drawn from. */
export function orderedBox(box: BoxXyxy): BoxXyxy {
  return {
    x1: Math.min(box.x1, box.x2),
    y1: Math.min(box.y1, box.y2),
    x2: Math.max(box.x1, box.x2),
    y2: Math.max(box.y1, box.y2),
  };
}

export function isFiniteBox({ x1, y1, x2, y2 }: BoxXyxy): boolean {
  return Number.isFinite(x1) && Number.isFinite(y1) && Number.isFinite(x2) && Number.isFinite(y2);
}

/** Area in square pixels of an ordered box; 0 for one without extent. */
export function boxArea({ x1, y1, x2, y2 }: BoxXyxy): number {
  return Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
}

/** Intersection over union of two ordered boxes, in [0, 1]; 0 where both are without extent. */
export function boxIou(a: BoxXyxy, b: BoxXyxy): number {
  const shared = boxArea({
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
    x2: Math.min(a.x2, b.x2),
    y2: Math.min(a.y2, b.y2),
  });
  const union = boxArea(a) + boxArea(b) - shared;
  return union === 0 ? 0 : shared / union;
}

/** The part of an ordered box that lies in the image; null when that part covers no area. */
export function clippedBox(box: BoxXyxy, { width, height }: Size): BoxXyxy | null {
  const clipped = {
    x1: Math.max(box.x1, 0),
    y1: Math.max(box.y1, 0),
    x2: Math.min(box.x2, width),
    y2: Math.min(box.y2, height),
  };
  return clipped.x1 < clipped.x2 && clipped.y1 < clipped.y2 ? clipped : null;
}

/**
 * The box that a person meant: corners in any order, cut to the image. Image space; a new object.
 * Throws `box-not-finite`, `box-empty` (no area) or `box-outside-image` (no overlap with the image).
 */
export function validateBox(box: BoxXyxy, size: Size): BoxXyxy {
  if (!isFiniteBox(box)) throw boxNotFinite(box);
  const ordered = orderedBox(box);
  if (ordered.x1 === ordered.x2 || ordered.y1 === ordered.y2) throw boxEmpty(box);
  const clipped = clippedBox(ordered, size);
  if (clipped === null) throw boxOutsideImage(box, size);
  return clipped;
}
