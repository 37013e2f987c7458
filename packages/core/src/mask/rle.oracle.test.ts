import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rleOverlap } from '../metrics/overlap.ts';
import { oracleMasks } from '../testing/oracle-masks.ts';
import type { Bitmap } from './bitmap.ts';
import { decodeRle, encodeRle, rleArea, rleBox } from './rle.ts';
import { countsFromString, countsToString } from './rle-string.ts';

/** What pycocotools answers for a mask (`fixtures/README.md`); long texts are there as their hash. */
interface GoldenMask {
  readonly mask: string;
  readonly string?: string;
  readonly stringSha256?: string;
  readonly countsSha256: string;
  readonly areaPx: number;
  readonly boxXywh: readonly number[];
  readonly iouHalfTurn: number;
}

const golden = readFileSync(new URL('../../../../fixtures/golden/coco-rle.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as GoldenMask);
const masks = new Map(Array.from(oracleMasks(), ({ name, mask }) => [name, mask] as const));

/** Names of the masks for which a check fails; a readable failure instead of hundreds of assertions. */
function failing(check: (mask: Bitmap, expected: GoldenMask) => boolean): string[] {
  return golden
    .filter((expected) => !check(masks.get(expected.mask) as Bitmap, expected))
    .map(({ mask }) => mask);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function turned({ width, height, data }: Bitmap): Bitmap {
  return { width, height, data: data.toReversed() };
}

describe(`on ${golden.length} seeded masks pycocotools gives the same`, () => {
  test('compressed string, byte for byte', () => {
    const isEqual = (mask: Bitmap, { string, stringSha256 }: GoldenMask) => {
      const ours = countsToString(encodeRle(mask));
      return string === undefined ? sha256(ours) === stringSha256 : ours === string;
    };
    expect(failing(isEqual)).toEqual([]);
  });

  test('uncompressed counts', () => {
    const isEqual = (mask: Bitmap, { countsSha256 }: GoldenMask) =>
      sha256(encodeRle(mask).counts.join()).startsWith(countsSha256);
    expect(failing(isEqual)).toEqual([]);
  });

  test('mask for its string', () => {
    const isEqual = (mask: Bitmap, { string }: GoldenMask) =>
      string === undefined || decodeRle(countsFromString(string, mask)).data.join() === mask.data.join();
    expect(failing(isEqual)).toEqual([]);
  });

  test('area and bounding box', () => {
    const isEqual = (mask: Bitmap, { areaPx, boxXywh }: GoldenMask) => {
      const rle = encodeRle(mask);
      const box = rleBox(rle) ?? { x1: 0, y1: 0, x2: 0, y2: 0 };
      const xywh = [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1];
      return rleArea(rle) === areaPx && xywh.join() === boxXywh.join();
    };
    expect(failing(isEqual)).toEqual([]);
  });

  test('IoU with the mask turned upside down, but for empty masks, which are equal here and 0 there', () => {
    const isEqual = (mask: Bitmap, { areaPx, iouHalfTurn }: GoldenMask) => {
      const { intersectionPx, unionPx } = rleOverlap(encodeRle(mask), encodeRle(turned(mask)));
      return areaPx === 0 || Math.abs(intersectionPx / unionPx - iouHalfTurn) < 1e-11;
    };
    expect(failing(isEqual)).toEqual([]);
  });
});
