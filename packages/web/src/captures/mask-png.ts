import { type Bitmap, countsFromString, decodeRle, type RecordedRle } from '@calque/core';
import { captureImpossible } from '../errors.ts';

export function bitmapOf(rle: RecordedRle): Bitmap {
  const [height, width] = rle.size;
  return decodeRle(countsFromString(rle.counts, { width, height }));
}

/** White where the mask is set, black elsewhere, of the image's size. */
export function maskPng(rle: RecordedRle): Promise<Blob> {
  const { width, height, data } = bitmapOf(rle);
  const { canvas, context } = pngCanvas(width, height);
  const pixels = context.createImageData(width, height);
  const words = new Uint32Array(pixels.data.buffer);
  for (let at = 0; at < words.length; at++) words[at] = data[at] === 1 ? 0xffffffff : 0xff000000;
  context.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

export function pngCanvas(
  width: number,
  height: number,
): { readonly canvas: OffscreenCanvas; readonly context: OffscreenCanvasRenderingContext2D } {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw captureImpossible(`${width} x ${height}`);
  return { canvas, context };
}
