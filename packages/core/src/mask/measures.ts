import type { BoxXyxy } from '../geometry/box.ts';

/** What is measured of one mask, in pixels of the oriented image. */
export interface MaskMeasures {
  /** Number of pixels set. */
  readonly areaPx: number;
  /** Sum of OpenCV `arcLength(closed)` over `findContours(RETR_EXTERNAL, CHAIN_APPROX_SIMPLE)`. */
  readonly perimeterPx: number;
  /** Smallest half-open box around the pixels set; null for an empty mask. */
  readonly box: BoxXyxy | null;
  /** 8-connected components of pixels set. */
  readonly components: number;
  /** 4-connected components of pixels not set that do not reach the image border. */
  readonly holes: number;
}
