import type { BoxXyxy, ImagePoint, ViewPoint } from '@calque/core';

/** From image space to view space: a view point is the image point times `scale` plus (`x`, `y`). */
export interface ViewTransform {
  /** CSS pixels that one pixel of the oriented image takes. */
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export function toImage(point: ViewPoint, { scale, x, y }: ViewTransform): ImagePoint {
  return { x: (point.x - x) / scale, y: (point.y - y) / scale };
}

export function toView(point: ImagePoint, { scale, x, y }: ViewTransform): ViewPoint {
  return { x: point.x * scale + x, y: point.y * scale + y };
}

/** A box of image space in view space. */
export function boxToView({ x1, y1, x2, y2 }: BoxXyxy, view: ViewTransform): BoxXyxy {
  const from = toView({ x: x1, y: y1 }, view);
  const to = toView({ x: x2, y: y2 }, view);
  return { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
}

/** The part of image space that a canvas of this size shows; it can reach beyond the image. */
export function shownFrame(size: { readonly width: number; readonly height: number }, view: ViewTransform) {
  const from = toImage({ x: 0, y: 0 }, view);
  const to = toImage({ x: size.width, y: size.height }, view);
  return { x1: from.x, y1: from.y, x2: to.x, y2: to.y } satisfies BoxXyxy;
}

export function distanceBetween(a: ViewPoint, b: ViewPoint): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
