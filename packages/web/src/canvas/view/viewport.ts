import type { Size, ViewPoint } from '@calque/core';
import { toImage, type ViewTransform } from './view-transform.ts';

/** Room in CSS pixels that a fitted image leaves free, for what lies over the canvas. */
export interface Insets {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Closer than this a pixel is larger than a thumb. */
const MOST_SCALE = 64;
/** How much of the image, in CSS pixels, cannot be pushed out of view. */
const KEPT_PX = 48;

/** The whole image in the middle of the view, as large as the insets allow. */
export function fitted(image: Size, view: Size, insets: Insets): ViewTransform {
  const width = Math.max(1, view.width - insets.left - insets.right);
  const height = Math.max(1, view.height - insets.top - insets.bottom);
  const scale = Math.min(MOST_SCALE, width / image.width, height / image.height);
  return {
    scale,
    x: insets.left + (width - image.width * scale) / 2,
    y: insets.top + (height - image.height * scale) / 2,
  };
}

/** Zooms by `factor`; what lies under `at` stays under it. */
export function zoomed(
  view: ViewTransform,
  factor: number,
  at: ViewPoint,
  limits: { readonly least: number },
): ViewTransform {
  const scale = Math.min(MOST_SCALE, Math.max(limits.least, view.scale * factor));
  const under = toImage(at, view);
  return { scale, x: at.x - under.x * scale, y: at.y - under.y * scale };
}

export function panned(view: ViewTransform, by: { readonly x: number; readonly y: number }): ViewTransform {
  return { ...view, x: view.x + by.x, y: view.y + by.y };
}

/** The same place of the image in the middle of a canvas that has another size now. */
export function recentred(view: ViewTransform, from: Size, to: Size): ViewTransform {
  return panned(view, { x: (to.width - from.width) / 2, y: (to.height - from.height) / 2 });
}

/** A view in which some of the image is to be seen, however far it was pushed. */
export function kept(view: ViewTransform, image: Size, canvas: Size): ViewTransform {
  const within = (offset: number, extent: number, room: number): number => {
    const keep = Math.min(KEPT_PX, extent, room);
    return Math.min(room - keep, Math.max(keep - extent, offset));
  };
  return {
    ...view,
    x: within(view.x, image.width * view.scale, canvas.width),
    y: within(view.y, image.height * view.scale, canvas.height),
  };
}
