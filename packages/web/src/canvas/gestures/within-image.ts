import { type BoxXyxy, clippedBox, type ImagePoint, orderedBox, type Size } from '@calque/core';

/** Whether a point can be placed here. */
export function isWithinImage({ x, y }: ImagePoint, { width, height }: Size): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}

/** The nearest place that a point can have, to a tenth of a pixel: more than that no hand means. */
export function placeWithin({ x, y }: ImagePoint, { width, height }: Size): ImagePoint {
  const place = (value: number, extent: number): number =>
    Math.round(Math.min(extent - 0.1, Math.max(0, value)) * 10) / 10;
  return { x: place(x, width), y: place(y, height) };
}

/** The box between two corners, on whole pixels, cut to the image; null where it covers none. */
export function boxBetween(from: ImagePoint, to: ImagePoint, size: Size): BoxXyxy | null {
  return onPixels({ x1: from.x, y1: from.y, x2: to.x, y2: to.y }, size);
}

export function onPixels(box: BoxXyxy, size: Size): BoxXyxy | null {
  const { x1, y1, x2, y2 } = orderedBox(box);
  const whole = { x1: Math.round(x1), y1: Math.round(y1), x2: Math.round(x2), y2: Math.round(y2) };
  return clippedBox(whole, size);
}
