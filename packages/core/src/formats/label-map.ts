import { labelMapInvalid } from '../errors.ts';
import type { Size } from '../geometry/size.ts';
import { checkMaskSize } from '../mask/bitmap.ts';
import { decodeRle, type Rle } from '../mask/rle.ts';

/**
 * An image whose pixel values are numbers of objects, or of labels; 0 is neither.
 *
 * `data`: width * height integers, row-major.
 */
export interface LabelMap extends Size {
  readonly data: Uint8Array | Uint16Array | Uint32Array;
}

/** The pixels of one value. */
export interface LabelMapObject {
  readonly value: number;
  readonly mask: Rle;
}

/**
 * One mask a value, in ascending order, without 0 and without `ignore` (255 in Pascal VOC: neither object nor background).
 * Throws `mask-size-invalid`, or `label-map-invalid` when `data` is not of the size.
 */
export function objectsOfLabelMap(map: LabelMap, ignore: number | null = null): LabelMapObject[] {
  const { width, height, data } = map;
  checkMaskSize(map);
  if (data.length !== width * height)
    throw labelMapInvalid(`${data.length} values for ${width} x ${height} pixels`);
  const open = new Map<number, { readonly counts: number[]; end: number }>();
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; ) {
      const value = data[y * width + x] as number;
      const first = y;
      do y++;
      while (y < height && data[y * width + x] === value);
      if (value !== 0 && value !== ignore) addRun(open, value, x * height + first, x * height + y);
    }
  }
  return [...open.entries()]
    .sort(([a], [b]) => a - b)
    .map(([value, { counts, end }]) => {
      if (end < width * height) counts.push(width * height - end);
      return { value, mask: { size: { width, height }, counts: Uint32Array.from(counts) } };
    });
}

function addRun(
  open: Map<number, { readonly counts: number[]; end: number }>,
  value: number,
  start: number,
  end: number,
): void {
  const known = open.get(value);
  if (known === undefined) {
    open.set(value, { counts: [start, end - start], end });
  } else if (known.end === start) {
    known.counts[known.counts.length - 1] = (known.counts.at(-1) as number) + end - start;
    known.end = end;
  } else {
    known.counts.push(start - known.end, end - start);
    known.end = end;
  }
}

/** A label map of masks, and how many pixels it could not give to all who claimed them. */
export interface DrawnLabelMap {
  readonly map: LabelMap;
  /** For each object, in order: pixels that a later one took. */
  readonly lostPx: readonly number[];
}

/**
 * Masks drawn into one map, each with its value; where they overlap the later one counts. A new map of 16-bit numbers.
 * Throws `mask-size-invalid`, `rle-malformed`, or `label-map-invalid` for a value that is not an integer from 1 to 65,535 or
 * a mask of another size.
 */
export function drawLabelMap(objects: readonly LabelMapObject[], size: Size): DrawnLabelMap {
  checkMaskSize(size);
  const data = new Uint16Array(size.width * size.height);
  const owner = new Int32Array(data.length).fill(-1);
  const lostPx = new Array<number>(objects.length).fill(0);
  objects.forEach(({ value, mask }, index) => {
    if (!Number.isInteger(value) || value < 1 || value > 65_535) throw labelMapInvalid(`the value ${value}`);
    if (mask.size.width !== size.width || mask.size.height !== size.height) {
      throw labelMapInvalid(`a mask of ${mask.size.width} x ${mask.size.height} pixels`);
    }
    const bitmap = decodeRle(mask);
    for (let i = 0; i < data.length; i++) {
      if (bitmap.data[i] === 0) continue;
      const before = owner[i] as number;
      if (before >= 0 && data[i] !== value) lostPx[before] = (lostPx[before] as number) + 1;
      data[i] = value;
      owner[i] = index;
    }
  });
  return { map: { ...size, data }, lostPx };
}
