import type { Exchange, ExchangeObject } from '../formats/exchange.ts';
import type { Bitmap } from '../mask/bitmap.ts';
import { decodeRle, encodeRle } from '../mask/rle.ts';
import { maskIou } from '../metrics/overlap.ts';
import { maskFromPicture } from './mask-picture.ts';
import { blobMask, lineMask, noiseMask, ringMask } from './seeded-masks.ts';

/** Masks on which formats differ: holes, parts that touch at corners, lines of one pixel, borders. */
export function roundTripMasks(): { readonly name: string; readonly mask: Bitmap }[] {
  return [
    { name: 'two holes that touch at a corner', mask: maskFromPicture(holesAtCorner) },
    { name: 'parts that touch at corners', mask: maskFromPicture(partsAtCorners) },
    { name: 'an island in a hole', mask: maskFromPicture(islandInHole) },
    { name: 'one pixel', mask: maskFromPicture('.....\n...#.\n.....') },
    { name: 'all pixels', mask: noiseMask({ width: 13, height: 7, seed: 1 }, 2) },
    { name: 'one-pixel lines', mask: lineMask({ width: 97, height: 61, seed: 5 }, 9) },
    { name: 'rings within rings', mask: ringMask({ width: 83, height: 67, seed: 7 }, 3) },
    {
      name: 'blobs with holes at the borders',
      mask: blobMask({ width: 211, height: 157, seed: 11 }, 9, 0.3),
    },
    { name: 'noise', mask: noiseMask({ width: 71, height: 53, seed: 13 }, 0.5) },
  ];
}

const holesAtCorner = `
  .######.
  .#..###.
  .#..###.
  .###..#.
  .###..#.
  .######.
`;

const partsAtCorners = `
  ##..##.
  ##..##.
  ..##..#
  ..##..#
  ##..##.
`;

const islandInHole = `
  #########
  #.......#
  #.#####.#
  #.#...#.#
  #.#.#.#.#
  #.#...#.#
  #.#####.#
  #.......#
  #########
`;

/** Each mask on an image of its own, labelled in turn, some of them without a label or a score. */
export function roundTripExchange(): Exchange {
  const labels = ['wheel', 'spare part', 'Röhre'];
  const images = roundTripMasks().map(({ name, mask }, index) => ({
    path: `folder ${index % 2}/image-${index}.jpg`,
    size: { width: mask.width, height: mask.height },
    objects: [
      {
        name,
        label: labels[index % 4] ?? null,
        mask: encodeRle(mask),
        score: index % 3 === 0 ? null : 0.5 + index / 32,
      },
    ],
  }));
  return { labels, images };
}

/** IoU of each pair of objects, in order. Throws when there are not as many. */
export function ious(before: readonly ExchangeObject[], after: readonly ExchangeObject[]): number[] {
  if (before.length !== after.length)
    throw new Error(`${after.length} objects came back of ${before.length}`);
  return before.map(({ mask }, index) =>
    maskIou(decodeRle(mask), decodeRle((after[index] as ExchangeObject).mask)),
  );
}

/** One line for the log of a test run: what a format kept. */
export function keptText(format: string, kept: readonly number[]): string {
  const mean = kept.reduce((sum, iou) => sum + iou, 0) / kept.length;
  return `${format}: IoU kept on ${kept.length} masks: mean ${mean.toFixed(4)}, least ${Math.min(...kept).toFixed(4)}`;
}
