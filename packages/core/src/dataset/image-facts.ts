import type { Size } from '../geometry/size.ts';

/** What is measured of an image to say how hard it may be. */
export interface ImageFacts {
  /** Standard deviation of the luma, in [0, 0.5]. */
  readonly contrast: number;
  /** Share of pixels on an edge, in [0, 1]. */
  readonly edgeDensity: number;
}

/** Gradient of the luma, per pixel and of its whole range, from which a pixel is on an edge. */
const EDGE = 0.12;

/**
 * Measures a small picture of the image (Calque takes thumbnails of at most 160 pixels, so that facts of images compare).
 *
 * @param luma width * height bytes, row-major, 0 black to 255 white.
 */
export function measureImageFacts(luma: ArrayLike<number>, { width, height }: Size): ImageFacts {
  let sum = 0;
  let squares = 0;
  let edges = 0;
  const at = (x: number, y: number): number => luma[y * width + x] as number;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = at(x, y) / 255;
      sum += value;
      squares += value * value;
      const dx = at(Math.min(x + 1, width - 1), y) - at(Math.max(x - 1, 0), y);
      const dy = at(x, Math.min(y + 1, height - 1)) - at(x, Math.max(y - 1, 0));
      if (Math.hypot(dx, dy) / 510 > EDGE) edges++;
    }
  }
  const count = width * height;
  const variance = Math.max(0, squares / count - (sum / count) ** 2);
  return { contrast: Math.sqrt(variance), edgeDensity: edges / count };
}
