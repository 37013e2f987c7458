import type { Size } from '@calque/core';

/** Longest side of an overlay in pixels: larger images are scaled down, it is a picture for people. */
export const OVERLAY_MAX_SIDE = 4096;
/** Longest side below which the image is enlarged by a whole number, so that prompt and legend can be read. */
export const OVERLAY_MIN_SIDE = 320;

export interface OverlaySize extends Size {
  /** Overlay pixels per image pixel; both axes differ only by rounding. */
  readonly scale: number;
}

/** Size of the overlay of an image of `size`: the image's own between the two limits. */
export function overlaySize({ width, height }: Size): OverlaySize {
  const longest = Math.max(width, height);
  const scale =
    longest > OVERLAY_MAX_SIDE ? OVERLAY_MAX_SIDE / longest : Math.ceil(OVERLAY_MIN_SIDE / longest);
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return { width: side(width), height: side(height), scale };
}
