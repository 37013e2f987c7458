import type { WireRle } from '@calque/api';
import { countsFromString, countsToString, type Rle } from '@calque/core';
import { maskWrongSize } from '../errors.ts';
import type { StoredMask } from '../storage/storage.ts';

export function toWireRle(rle: Rle): WireRle {
  return { size: [rle.size.height, rle.size.width], counts: countsToString(rle) };
}

/** Throws `rle-malformed`. */
export function toRle({ size: [height, width], counts }: StoredMask): Rle {
  return countsFromString(counts, { width, height });
}

/** The runs must fill exactly the image: what is stored is given to decoders and to people later. */
export function checkMask(
  mask: StoredMask,
  image: { readonly width: number | null; readonly height: number | null },
): void {
  const [height, width] = mask.size;
  if (image.width !== null && image.height !== null && (width !== image.width || height !== image.height)) {
    throw maskWrongSize(`${width} x ${height}`, `${image.width} x ${image.height}`);
  }
  toRle(mask);
}
