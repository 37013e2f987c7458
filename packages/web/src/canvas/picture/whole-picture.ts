import type { Size } from '@calque/core';
import { type Picture, type PictureFrame, setSmoothing } from './picture.ts';

/** A picture in one piece. `bitmaps`: the same at half the size each, the largest first. They are closed with it. */
export function wholePicture(bitmaps: readonly ImageBitmap[], size: Size): Picture {
  return {
    draw: (context, shown) => {
      const bitmap = bitmapFor(bitmaps, size, shown.scale);
      if (bitmap === undefined) return;
      setSmoothing(context, shown.scale);
      drawPart(context, bitmap, size, shown);
    },
    close: () => {
      for (const bitmap of bitmaps) bitmap.close();
    },
  };
}

/** The smallest that has a pixel for every pixel of the screen. */
function bitmapFor(bitmaps: readonly ImageBitmap[], size: Size, scale: number): ImageBitmap | undefined {
  return bitmaps.findLast(({ width }) => width >= size.width * scale) ?? bitmaps[0];
}

/** Only what is in view, with a pixel around for the smoothing: a large bitmap need not be walked through. */
function drawPart(
  context: CanvasRenderingContext2D,
  bitmap: ImageBitmap,
  size: Size,
  { frame }: PictureFrame,
): void {
  const [sx, sy] = [bitmap.width / size.width, bitmap.height / size.height];
  const x1 = Math.max(0, Math.floor(frame.x1 * sx) - 1);
  const y1 = Math.max(0, Math.floor(frame.y1 * sy) - 1);
  const x2 = Math.min(bitmap.width, Math.ceil(frame.x2 * sx) + 1);
  const y2 = Math.min(bitmap.height, Math.ceil(frame.y2 * sy) + 1);
  if (x2 <= x1 || y2 <= y1) return;
  const [width, height] = [x2 - x1, y2 - y1];
  context.drawImage(bitmap, x1, y1, width, height, x1 / sx, y1 / sy, width / sx, height / sy);
}

/** Stops where a step would be smaller than any window. */
const LEAST_SIDE = 512;

/** The bitmap and its halves, each from the one before, so that no step blurs. */
export async function halvesOf(bitmap: ImageBitmap): Promise<ImageBitmap[]> {
  const bitmaps = [bitmap];
  let last = bitmap;
  while (Math.max(last.width, last.height) >= 2 * LEAST_SIDE) {
    last = await createImageBitmap(last, {
      resizeWidth: Math.max(1, Math.round(last.width / 2)),
      resizeHeight: Math.max(1, Math.round(last.height / 2)),
      resizeQuality: 'medium',
    });
    bitmaps.push(last);
  }
  return bitmaps;
}
