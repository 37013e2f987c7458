import type { Size } from '../geometry/size.ts';
import { type AxisTaps, bilinearTaps, composeTaps, runsOfEqualBase } from './axis-taps.ts';

/** How low-resolution logits map to the pixels of the oriented image. Made once per image, used for every mask. */
export interface LogitsSampler {
  /** Of the logits, e.g. 256 x 256. Both sides are 3 or more. */
  readonly grid: Size;
  /** Of the oriented image. */
  readonly image: Size;
  readonly x: AxisTaps;
  readonly y: AxisTaps;
  /** {@link runsOfEqualBase} of `x`. */
  readonly xRuns: Int32Array;
}

/** The image was squashed onto the whole square. Source: SAM 2 `sam2/utils/transforms.py`, `postprocess_masks`. */
export function squashSampler(grid: Size, image: Size): LogitsSampler {
  return sampler(grid, image, {
    x: bilinearTaps(grid.width, image.width),
    y: bilinearTaps(grid.height, image.height),
  });
}

/**
 * The image was scaled into the top-left part `scaled` of the `input` square: logits are enlarged to the square, the
 * padding is cropped away and the rest is resized to the image.
 * Source: SAM 1 `segment_anything/modeling/sam.py`, `postprocess_masks`.
 */
export function padSampler(grid: Size, input: Size, scaled: Size, image: Size): LogitsSampler {
  const x = bilinearTaps(grid.width, input.width);
  const y = bilinearTaps(grid.height, input.height);
  return sampler(grid, image, {
    x: composeTaps(x, bilinearTaps(scaled.width, image.width)),
    y: composeTaps(y, bilinearTaps(scaled.height, image.height)),
  });
}

function sampler(grid: Size, image: Size, taps: Pick<LogitsSampler, 'x' | 'y'>): LogitsSampler {
  return { grid, image, ...taps, xRuns: runsOfEqualBase(taps.x) };
}
