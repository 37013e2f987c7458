import type { BoxXyxy } from '@calque/core';

export interface PictureFrame {
  /** What is to be seen, image space. */
  readonly frame: BoxXyxy;
  /** Pixels of the screen that one pixel of the image takes. */
  readonly scale: number;
}

/** The pixels of an image, from wherever they come. */
export interface Picture {
  /** Draws into a context whose transform is that of image space. */
  draw(context: CanvasRenderingContext2D, shown: PictureFrame): void;
  close(): void;
}

/** From here on the screen shows pixels as squares. */
const SQUARE_PIXELS_SCALE = 3;

/** Bilinear below, since the level that is drawn is at most twice too fine; squares above. */
export function setSmoothing(context: CanvasRenderingContext2D, scale: number): void {
  context.imageSmoothingEnabled = scale < SQUARE_PIXELS_SCALE;
  context.imageSmoothingQuality = 'low';
}
