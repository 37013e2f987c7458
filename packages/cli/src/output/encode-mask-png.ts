import type { Bitmap } from '@calque/core';
import { loadSharp } from '../segment/load-sharp.ts';

/** Grey PNG of 8 bits of the mask's size: 0 outside, 255 inside. */
export async function encodeMaskPng({ width, height, data }: Bitmap): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const grey = data.map((value) => value * 255);
  return sharp(grey, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 6 })
    .toBuffer();
}
