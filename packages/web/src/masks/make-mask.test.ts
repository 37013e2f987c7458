import {
  type Bitmap,
  countsToString,
  createBitmap,
  encodeRle,
  measureMask,
  type RecordedRle,
  scanLogitsInto,
} from '@calque/core';
import { fitImage, sam2HieraTiny, samplerFor } from '@calque/models';
import { describe, expect, test } from 'vitest';
import { bitmapOf } from '../editor/testing/fake-mask-maker.ts';
import { makeMask, makePainted } from './make-mask.ts';
import type { Stroke } from './mask-maker.ts';
import { isPointInRings } from './point-in-rings.ts';

const size = { width: 31, height: 17 };

function rleOf(bitmap: Bitmap): RecordedRle {
  const rle = encodeRle(bitmap);
  return { size: [rle.size.height, rle.size.width], counts: countsToString(rle) };
}

/** Pixels whose centres the rings enclose by the even-odd rule. */
function enclosedPx(rings: readonly Float32Array[], { width, height } = size): number {
  let count = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (isPointInRings({ x: x + 0.5, y: y + 0.5 }, rings)) count++;
  }
  return count;
}

function withHole(): Bitmap {
  const bitmap = createBitmap(size);
  for (let y = 3; y < 12; y++) bitmap.data.fill(1, y * 31 + 4, y * 31 + 20);
  bitmap.data[7 * 31 + 9] = 0;
  bitmap.data[15 * 31 + 28] = 1;
  return bitmap;
}

describe('a mask that is shown', () => {
  test('is the stored one with its measures and the outline of its pixels', () => {
    const rle = rleOf(withHole());
    const mask = makeMask({ kind: 'stored', rle, postprocess: {} });
    expect(mask.rle).toEqual(rle);
    expect(mask.outline).toBe('pixels');
    expect(mask.measures).toMatchObject({ areaPx: 9 * 16 - 1 + 1, components: 2, holes: 1 });
    expect(enclosedPx(mask.rings)).toBe(9 * 16 - 1 + 1);
  });

  test('is post-processed before it is measured and outlined', () => {
    const source = {
      kind: 'stored',
      rle: rleOf(withHole()),
      postprocess: { fillHolesPx: 5, dropIslandsPx: 5 },
    } as const;
    const mask = makeMask(source);
    expect(mask.measures).toMatchObject({ areaPx: 144, components: 1, holes: 0 });
    expect(enclosedPx(mask.rings)).toBe(144);
    expect(mask.id).not.toBe(makeMask({ ...source, postprocess: {} }).id);
  });

  test('follows the logits of a known model, and the pixels where they were changed or the model is unknown', () => {
    const spec = sam2HieraTiny.input;
    const logits = Float32Array.from({ length: 65_536 }, (_, i) => {
      return 60 - Math.hypot((i % 256) - 120, Math.floor(i / 256) - 100);
    });
    const image = { width: 640, height: 427 };
    const bitmap = createBitmap(image);
    const { areaPx } = scanLogitsInto(bitmap, logits, samplerFor(fitImage(image, spec), spec));
    const measures = measureMask(bitmap);
    const source = { kind: 'candidate', rle: rleOf(bitmap), measures, logits, postprocess: {} } as const;
    const smooth = makeMask({ ...source, input: spec });
    expect(smooth.measures).toEqual(measures);
    expect(smooth.outline).toBe('logits');
    expect(Math.abs(enclosedPx(smooth.rings, image) / areaPx - 1)).toBeLessThan(0.002);
    expect(makeMask({ ...source, input: spec, postprocess: { smoothRadiusPx: 2 } }).outline).toBe('pixels');
    expect(makeMask({ ...source, input: null }).outline).toBe('pixels');
  });

  test('that is no mask is refused', () => {
    const rle: RecordedRle = { size: [17, 31], counts: '12' };
    expect(() => makeMask({ kind: 'stored', rle, postprocess: {} })).toThrow(/rle|run|count|mask/i);
  });
});

describe('a stroke', () => {
  const stroke = (changes: Partial<Stroke>): Stroke => ({
    base: null,
    size,
    points: [
      { x: 6.2, y: 5.1 },
      { x: 22.7, y: 12.4 },
      { x: 11, y: 30 },
    ],
    diameterPx: 5,
    mode: 'paint',
    ...changes,
  });

  /** By the definition: the distance from a pixel's centre to the line. */
  function isNear(x: number, y: number, { points, diameterPx }: Stroke): boolean {
    return points.some((to, i) => {
      const from = points[i - 1] ?? to;
      const squared = (to.x - from.x) ** 2 + (to.y - from.y) ** 2;
      const along =
        squared === 0 ? 0 : ((x - from.x) * (to.x - from.x) + (y - from.y) * (to.y - from.y)) / squared;
      const t = Math.min(1, Math.max(0, along));
      return Math.hypot(x - from.x - t * (to.x - from.x), y - from.y - t * (to.y - from.y)) <= diameterPx / 2;
    });
  }

  test.each([1.5, 5, 40])('of %s px covers what is that near to its line, and nothing else', (diameterPx) => {
    const drawn = stroke({ diameterPx });
    const { data } = bitmapOf(makePainted(drawn).rle);
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [i % 31, Math.floor(i / 31)];
      const under = drawn.points.some((point) => Math.floor(point.x) === x && Math.floor(point.y) === y);
      expect([x, y, data[i] === 1]).toEqual([x, y, under || isNear(x + 0.5, y + 0.5, drawn)]);
    }
  });

  test('with the smallest brush still draws the pixels that it touches', () => {
    const mask = makePainted(stroke({ points: [{ x: 4.01, y: 9.01 }], diameterPx: 1 }));
    expect(mask.measures).toMatchObject({ areaPx: 1, box: { x1: 4, y1: 9, x2: 5, y2: 10 } });
  });

  test('takes away what it paints on, and leaves the mask it began with as it is', () => {
    const base = rleOf(withHole());
    const before = { ...base };
    const mask = makePainted(stroke({ base, mode: 'erase', points: [{ x: 6, y: 6 }] }));
    expect(mask.measures.areaPx).toBeLessThan(144);
    expect(base).toEqual(before);
  });
});
