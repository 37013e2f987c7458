import { countsFromString, type RecordedRle } from '@calque/core';

/**
 * The outline of a mask along the edges of its pixels: closed rings in pixels of the oriented image, holes among them,
 * to be filled with the even-odd rule. Where two pixels touch at a corner only, the lines cross.
 *
 * Only the corners are visited, never the pixels. On every vertical line of the pixel raster the corners, in order,
 * are the ends of the stretches where the columns on both sides differ; on every horizontal line the same holds for
 * rows. So each corner has exactly one neighbour on its column line and one on its row line, and a walk that takes
 * them in turn closes.
 */
export function ringsOfMask({ size: [height, width], counts }: RecordedRle): Float32Array[] {
  const corners = cornersOf(countsFromString(counts, { width, height }).counts, height, width);
  const acrossMate = rowMates(corners, height);
  const seen = new Uint8Array(corners.count);
  const rings: Float32Array[] = [];
  for (let start = 0; start < corners.count; start += 2) {
    if (seen[start] === 1) continue;
    rings.push(walk(start, corners, acrossMate, seen));
  }
  return rings;
}

/** By column line, then downwards: corners 2k and 2k + 1 are the ends of one vertical stretch. */
interface Corners {
  readonly count: number;
  readonly xs: Int32Array;
  readonly ys: Int32Array;
}

class CornerWriter implements Corners {
  count = 0;
  xs: Int32Array = new Int32Array(4096);
  ys: Int32Array = new Int32Array(4096);

  push(x: number, y: number): void {
    if (this.count === this.xs.length) {
      this.xs = grown(this.xs);
      this.ys = grown(this.ys);
    }
    this.xs[this.count] = x;
    this.ys[this.count++] = y;
  }
}

function grown(array: Int32Array): Int32Array {
  const result = new Int32Array(2 * array.length);
  result.set(array);
  return result;
}

/** Column-major runs begin and end at positions; a column's own are those inside it, closed at its top and bottom. */
function cornersOf(counts: Uint32Array, height: number, width: number): Corners {
  const corners = new CornerWriter();
  let before = new Int32Array(height + 2);
  let here = new Int32Array(height + 2);
  let beforeCount = 0;
  let run = 0;
  let position = counts[0] ?? 0;
  for (let x = 0; x <= width; x++) {
    let hereCount = 0;
    const top = x * height;
    const bottom = top + height;
    if (x < width) {
      // An odd run is one of pixels set: it is open where the column begins if an even number of changes lie before.
      if ((run & 1) === 1) here[hereCount++] = 0;
      while (run < counts.length && position < bottom) {
        const y = position - top;
        // A run of no length opens and closes at once.
        if (hereCount > 0 && here[hereCount - 1] === y) hereCount--;
        else here[hereCount++] = y;
        run++;
        position += counts[run] ?? Number.POSITIVE_INFINITY;
      }
      if ((run & 1) === 1) here[hereCount++] = height;
    }
    pushDifference(corners, x, before, beforeCount, here, hereCount);
    [before, here] = [here, before];
    beforeCount = hereCount;
  }
  return corners;
}

function pushDifference(
  corners: CornerWriter,
  x: number,
  before: Int32Array,
  beforeCount: number,
  here: Int32Array,
  hereCount: number,
): void {
  let i = 0;
  let j = 0;
  while (i < beforeCount || j < hereCount) {
    const left = i < beforeCount ? (before[i] as number) : Number.POSITIVE_INFINITY;
    const right = j < hereCount ? (here[j] as number) : Number.POSITIVE_INFINITY;
    if (left === right) {
      i++;
      j++;
      continue;
    }
    if (left < right) i++;
    else j++;
    corners.push(x, Math.min(left, right));
  }
}

/** For each corner the other end of its horizontal stretch. */
function rowMates({ count, ys }: Corners, height: number): Int32Array {
  const mates = new Int32Array(count);
  const waiting = new Int32Array(height + 1).fill(-1);
  // Corners come column by column, so those of a row come from left to right.
  for (let corner = 0; corner < count; corner++) {
    const y = ys[corner] as number;
    const other = waiting[y] as number;
    if (other < 0) waiting[y] = corner;
    else {
      mates[corner] = other;
      mates[other] = corner;
      waiting[y] = -1;
    }
  }
  return mates;
}

function walk(start: number, { xs, ys }: Corners, acrossMate: Int32Array, seen: Uint8Array): Float32Array {
  const order: number[] = [];
  let corner = start;
  do {
    const end = corner ^ 1;
    seen[corner] = 1;
    seen[end] = 1;
    order.push(xs[corner] as number, ys[corner] as number, xs[end] as number, ys[end] as number);
    corner = acrossMate[end] as number;
  } while (corner !== start);
  return Float32Array.from(order);
}
