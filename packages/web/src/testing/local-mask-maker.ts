import { maskIdOf } from '@calque/api';
import {
  type Bitmap,
  countsFromString,
  countsToString,
  createBitmap,
  decodeRle,
  encodeRle,
  findContours,
  measureMask,
  postprocess,
  type RecordedRle,
} from '@calque/core';
import type { MaskMaker, Stroke } from '../masks/mask-maker.ts';
import type { ShownMask } from '../masks/shown-mask.ts';

/** Masks made in the page itself, by core alone. */
export const localMaskMaker: MaskMaker = {
  show: async (source) => shown(postprocess(bitmapOf(source.rle), source.postprocess)),
  paint: async (stroke) => shown(painted(stroke)),
};

function bitmapOf({ size: [height, width], counts }: RecordedRle): Bitmap {
  return decodeRle(countsFromString(counts, { width, height }));
}

function shown(bitmap: Bitmap): ShownMask {
  const { width, height } = bitmap;
  const rle: RecordedRle = { size: [height, width], counts: countsToString(encodeRle(bitmap)) };
  const contours = findContours(bitmap, { retrieve: 'all', approximation: 'simple' });
  const rings = contours.map(({ points }) => Float32Array.from(points, (value) => value + 0.5));
  return { id: maskIdOf(rle), rle, rings, outline: 'pixels', measures: measureMask(bitmap) };
}

function painted({ base, size, points, diameterPx, mode }: Stroke): Bitmap {
  const bitmap = base === null ? createBitmap(size) : bitmapOf(base);
  const radius = diameterPx / 2;
  for (const { x, y } of points) {
    for (let row = Math.floor(y - radius); row <= y + radius; row++) {
      for (let column = Math.floor(x - radius); column <= x + radius; column++) {
        if (row < 0 || column < 0 || row >= size.height || column >= size.width) continue;
        if (Math.hypot(column + 0.5 - x, row + 0.5 - y) > radius) continue;
        bitmap.data[row * size.width + column] = mode === 'paint' ? 1 : 0;
      }
    }
  }
  return bitmap;
}
