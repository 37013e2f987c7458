import { rleMalformed } from '../errors.ts';
import type { BoxXyxy } from '../geometry/box.ts';
import type { Size } from '../geometry/size.ts';
import { type Bitmap, checkMaskSize, createBitmap } from './bitmap.ts';
import { type RowRuns, rowRunsOf } from './row-runs.ts';

/**
 * COCO run-length encoding of a mask, uncompressed.
 *
 * `counts`: lengths of alternating runs of 0 and 1 in column-major order (down each column, columns left to right),
 * starting with zeros (the first count may be 0); they add up to width * height. Source: pycocotools `maskApi.c`.
 */
export interface Rle {
  readonly size: Size;
  readonly counts: Uint32Array;
}

/**
 * The mask as COCO runs, equal to pycocotools `rleEncode`: no count but the first is 0. A new object.
 * Throws `mask-size-invalid`.
 */
export function encodeRle(bitmap: Bitmap): Rle {
  return encodeRunsAsRle(rowRunsOf(bitmap));
}

/**
 * Column-major runs out of row-major ones, without visiting pixels column by column: a column-major run begins where a
 * pixel differs from the one above it, and those places are the symmetric difference of two neighbouring rows of runs.
 */
export function encodeRunsAsRle(runs: RowRuns): Rle {
  const { width, height } = runs;
  const changes = changedIntervals(runs);
  const columnStart = columnStarts(changes, width);
  const changeRows = new Int32Array(columnStart[width] as number);
  const next = columnStart.slice();
  for (let i = 0; i < changes.count; i++) {
    const y = changes.rows[i] as number;
    const end = changes.ends[i] as number;
    for (let x = changes.starts[i] as number; x < end; x++) {
      const slot = next[x] as number;
      changeRows[slot] = y;
      next[x] = slot + 1;
    }
  }
  const counts = new Uint32Array(changeRows.length + 1);
  let previous = 0;
  for (let x = 0, i = 0; x < width; x++) {
    const last = columnStart[x + 1] as number;
    for (; i < last; i++) {
      const position = x * height + (changeRows[i] as number);
      counts[i] = position - previous;
      previous = position;
    }
  }
  counts[changeRows.length] = width * height - previous;
  return { size: { width, height }, counts };
}

/** Intervals of x, row by row from the top, in which pixels differ from their column-major predecessors. */
interface ChangedIntervals {
  count: number;
  readonly rows: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

function changedIntervals(runs: RowRuns): ChangedIntervals {
  const capacity = 2 * runs.count + 1;
  const changes: ChangedIntervals = {
    count: 0,
    rows: new Int32Array(capacity),
    starts: new Int32Array(capacity),
    ends: new Int32Array(capacity),
  };
  for (let y = 0; y < runs.height; y++) addChangedIntervalsInto(changes, runs, y);
  return changes;
}

/** Walks the ends of the runs of both rows in ascending order; what lies between an odd and an even end differs. */
function addChangedIntervalsInto(changes: ChangedIntervals, runs: RowRuns, y: number): void {
  const { rowStart, starts, ends, width, height } = runs;
  // The predecessor of the first pixel of a column is the last pixel of the column to its left.
  const aboveRow = y === 0 ? height - 1 : y - 1;
  const shift = y === 0 ? 1 : 0;
  let a = 2 * (rowStart[aboveRow] as number);
  let b = 2 * (rowStart[y] as number);
  const lastA = 2 * (rowStart[aboveRow + 1] as number);
  const lastB = 2 * (rowStart[y + 1] as number);
  const beyond = width + 2;
  let open = -1;
  while (a < lastA || b < lastB) {
    const atA = a < lastA ? (((a & 1) === 0 ? starts : ends)[a >> 1] as number) + shift : beyond;
    const atB = b < lastB ? (((b & 1) === 0 ? starts : ends)[b >> 1] as number) : beyond;
    if (atA <= atB) a++;
    if (atB <= atA) b++;
    if (atA === atB) continue;
    const at = Math.min(atA, atB, width);
    if (open < 0) open = at;
    else {
      if (open < at) {
        changes.rows[changes.count] = y;
        changes.starts[changes.count] = open;
        changes.ends[changes.count++] = at;
      }
      open = -1;
    }
  }
}

/** Per column, how many changes lie in the columns to its left; one more entry holds the total. */
function columnStarts(changes: ChangedIntervals, width: number): Int32Array {
  const steps = new Int32Array(width + 1);
  for (let i = 0; i < changes.count; i++) {
    const start = changes.starts[i] as number;
    const end = changes.ends[i] as number;
    steps[start] = (steps[start] as number) + 1;
    steps[end] = (steps[end] as number) - 1;
  }
  const columnStart = new Int32Array(width + 1);
  let inColumn = 0;
  for (let x = 0; x < width; x++) {
    inColumn += steps[x] as number;
    columnStart[x + 1] = (columnStart[x] as number) + inColumn;
  }
  return columnStart;
}

/**
 * The mask that the runs describe: a new bitmap, owned by the caller. Equal to pycocotools `rleDecode`.
 * Throws `mask-size-invalid`, or `rle-malformed` when the counts do not add up to width * height.
 */
export function decodeRle(rle: Rle): Bitmap {
  checkRle(rle);
  const { width, height } = rle.size;
  const bitmap = createBitmap(rle.size);
  const { data } = bitmap;
  const { rowStart, columns } = changesByRow(rle);
  decodeTopRowInto(data, rle);
  for (let y = 1; y < height; y++) {
    const offset = y * width;
    data.copyWithin(offset, offset - width, offset);
    const last = rowStart[y + 1] as number;
    for (let i = rowStart[y] as number; i < last; i++) {
      const at = offset + (columns[i] as number);
      data[at] = (data[at] as number) ^ 1;
    }
  }
  return bitmap;
}

function decodeTopRowInto(data: Uint8Array, { size, counts }: Rle): void {
  let start = 0;
  for (let i = 0; i < counts.length; i++) {
    const end = start + (counts[i] as number);
    if ((i & 1) === 1) {
      for (let x = Math.ceil(start / size.height); x * size.height < end; x++) data[x] = 1;
    }
    start = end;
  }
}

/** For each row the columns at which a column-major run begins in it; twice the same column cancels out. */
function changesByRow({ size, counts }: Rle): { rowStart: Int32Array; columns: Int32Array } {
  const { height } = size;
  const rowStart = new Int32Array(height + 1);
  const changeCount = counts.length - 1;
  for (let i = 0, position = 0; i < changeCount; i++) {
    position += counts[i] as number;
    const y = position % height;
    rowStart[y + 1] = (rowStart[y + 1] as number) + 1;
  }
  for (let y = 0; y < height; y++) rowStart[y + 1] = (rowStart[y + 1] as number) + (rowStart[y] as number);
  const next = rowStart.slice();
  const columns = new Int32Array(changeCount);
  for (let i = 0, position = 0; i < changeCount; i++) {
    position += counts[i] as number;
    const y = position % height;
    const slot = next[y] as number;
    columns[slot] = (position - y) / height;
    next[y] = slot + 1;
  }
  return { rowStart, columns };
}

/** Throws `mask-size-invalid`, or `rle-malformed` when the counts do not add up to width * height. */
export function checkRle({ size, counts }: Rle): void {
  checkMaskSize(size);
  let total = 0;
  for (const count of counts) total += count;
  if (total !== size.width * size.height) {
    throw rleMalformed(`the counts add up to ${total}, not to ${size.width} x ${size.height}`);
  }
}

/** Number of pixels set. Source: pycocotools `rleArea`. */
export function rleArea({ counts }: Rle): number {
  let area = 0;
  for (let i = 1; i < counts.length; i += 2) area += counts[i] as number;
  return area;
}

/** Smallest half-open box around the pixels set, null for an empty mask. Image space. */
export function rleBox({ size, counts }: Rle): BoxXyxy | null {
  const { width, height } = size;
  let x1 = width;
  let x2 = 0;
  let y1 = height;
  let y2 = 0;
  for (let i = 0, start = 0; i < counts.length; i++) {
    const end = start + (counts[i] as number);
    if ((i & 1) === 1 && end > start) {
      const firstColumn = Math.floor(start / height);
      const lastColumn = Math.floor((end - 1) / height);
      x1 = Math.min(x1, firstColumn);
      x2 = Math.max(x2, lastColumn + 1);
      // A run that goes on in the next column reaches both the bottom and the top.
      y1 = firstColumn < lastColumn ? 0 : Math.min(y1, start % height);
      y2 = firstColumn < lastColumn ? height : Math.max(y2, ((end - 1) % height) + 1);
    }
    start = end;
  }
  return x1 < x2 ? { x1, y1, x2, y2 } : null;
}
