import type { BoxXyxy, Size } from '@calque/core';
import type { ShownMask } from '../masks/shown-mask.ts';

export type Context2d = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** A picture of the whole image, of whatever resolution. */
export interface WholePicture {
  readonly source: CanvasImageSource;
  /** Of the picture, pixels. */
  readonly width: number;
  readonly height: number;
}

/** Lets what follows be drawn in image space, with `frame` filling the `target`. */
export function enterFrame(context: Context2d, frame: BoxXyxy, target: Size): void {
  const scale = target.width / (frame.x2 - frame.x1);
  context.setTransform(scale, 0, 0, scale, -frame.x1 * scale, -frame.y1 * scale);
}

/** Draws the image where it lies in a frame that was entered. `size`: of the oriented image. */
export function drawImageInFrame(context: Context2d, picture: WholePicture | null, size: Size): void {
  if (picture === null) return;
  context.drawImage(picture.source, 0, 0, picture.width, picture.height, 0, 0, size.width, size.height);
}

/** The outline of a mask in image space, for the even-odd rule; made once for each mask. */
export function pathOf(mask: ShownMask): Path2D {
  const known = paths.get(mask);
  if (known !== undefined) return known;
  const path = makePath(mask);
  paths.set(mask, path);
  return path;
}

const paths = new WeakMap<ShownMask, Path2D>();

function makePath(mask: ShownMask): Path2D {
  const path = new Path2D();
  for (const ring of mask.rings) {
    for (let at = 0; at < ring.length; at += 2) {
      if (at === 0) path.moveTo(ring[0] ?? 0, ring[1] ?? 0);
      else path.lineTo(ring[at] ?? 0, ring[at + 1] ?? 0);
    }
    path.closePath();
  }
  return path;
}
