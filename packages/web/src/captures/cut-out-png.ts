import type { ShownMask } from '../masks/shown-mask.ts';
import { bitmapOf, pngCanvas } from './mask-png.ts';

/** The object alone, everything else transparent, cut to the box of the mask. Null for an empty mask. */
export async function cutOutPng(image: ImageBitmap, mask: ShownMask): Promise<Blob | null> {
  const { box } = mask.measures;
  if (box === null) return null;
  const { width, data } = bitmapOf(mask.rle);
  const [across, down] = [box.x2 - box.x1, box.y2 - box.y1];
  const { canvas, context } = pngCanvas(across, down);
  const scaleX = image.width / width;
  const scaleY = image.height / (data.length / width);
  const source = [box.x1 * scaleX, box.y1 * scaleY, across * scaleX, down * scaleY] as const;
  context.drawImage(image, ...source, 0, 0, across, down);
  const pixels = context.getImageData(0, 0, across, down);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      if (data[(y + box.y1) * width + x + box.x1] !== 1) pixels.data[(y * across + x) * 4 + 3] = 0;
    }
  }
  context.putImageData(pixels, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}
