import type { BoxXyxy } from '../geometry/box.ts';
import type { Size } from '../geometry/size.ts';
import { type Bitmap, checkBitmap } from './bitmap.ts';

/**
 * The pixels set in a mask as horizontal runs: row by row, left to right, none of length 0, none touching the next.
 *
 * Run r of row y (`rowStart[y] <= r < rowStart[y + 1]`) covers `starts[r] <= x < ends[r]`. `rowStart` has height + 1
 * entries; `starts` and `ends` may be longer than `count`. Everything that is measured of a mask is computed from
 * these few thousand numbers rather than from millions of pixels.
 */
export interface RowRuns extends Size {
  readonly count: number;
  readonly rowStart: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Four pixels that are set, read as one little- or big-endian word. */
const FOUR_SET = 0x01010101;

/** Runs of the pixels set. A new object; the bitmap is only read. Throws `mask-size-invalid`. */
export function rowRunsOf(bitmap: Bitmap): RowRuns {
  const { width, height } = bitmap;
  checkBitmap(bitmap);
  const reader = runReader(bitmap.data);
  const rowStart = new Int32Array(height + 1);
  const writer = new RunWriter(4 * height + 16);
  let y = 0;
  let rowEnd = width;
  let start = reader.endOfZeros(0);
  while (start < reader.length) {
    const end = reader.endOfOnes(start);
    while (rowEnd <= start) {
      rowStart[++y] = writer.count;
      rowEnd += width;
    }
    // One run of the flat array can go on over the end of its row.
    while (end > rowEnd) {
      writer.push(start - rowEnd + width, width);
      start = rowEnd;
      rowStart[++y] = writer.count;
      rowEnd += width;
    }
    writer.push(start - rowEnd + width, end - rowEnd + width);
    start = reader.endOfZeros(end);
  }
  rowStart.fill(writer.count, y + 1);
  return { width, height, count: writer.count, rowStart, starts: writer.starts, ends: writer.ends };
}

/** Smallest half-open box around all runs; null when there are none. Image space. */
export function boxOfRuns(runs: RowRuns): BoxXyxy | null {
  const { rowStart, starts, ends, width, height, count } = runs;
  if (count === 0) return null;
  let y1 = 0;
  while (rowStart[y1 + 1] === 0) y1++;
  let y2 = height;
  while (rowStart[y2 - 1] === count) y2--;
  let x1 = width;
  let x2 = 0;
  for (let y = y1; y < y2; y++) {
    const first = rowStart[y] as number;
    const next = rowStart[y + 1] as number;
    if (first === next) continue;
    x1 = Math.min(x1, starts[first] as number);
    x2 = Math.max(x2, ends[next - 1] as number);
  }
  return { x1, y1, x2, y2 };
}

/** Runs of the pixels that are not set. A new object. */
export function complementOf(runs: RowRuns): RowRuns {
  const { width, height } = runs;
  const rowStart = new Int32Array(height + 1);
  const writer = new RunWriter(runs.count + height);
  for (let y = 0; y < height; y++) {
    let x = 0;
    const last = runs.rowStart[y + 1] as number;
    for (let run = runs.rowStart[y] as number; run < last; run++) {
      const start = runs.starts[run] as number;
      if (start > x) writer.push(x, start);
      x = runs.ends[run] as number;
    }
    if (x < width) writer.push(x, width);
    rowStart[y + 1] = writer.count;
  }
  return { width, height, count: writer.count, rowStart, starts: writer.starts, ends: writer.ends };
}

/** Writes `value` into the pixels of every run for which `chosen[run]` is 1. `data`: row-major bytes of the runs' size. */
export function paintRunsInto(data: Uint8Array, runs: RowRuns, chosen: Uint8Array, value: 0 | 1): void {
  for (let y = 0; y < runs.height; y++) {
    const offset = y * runs.width;
    const last = runs.rowStart[y + 1] as number;
    for (let run = runs.rowStart[y] as number; run < last; run++) {
      if (chosen[run] === 1) {
        data.fill(value, offset + (runs.starts[run] as number), offset + (runs.ends[run] as number));
      }
    }
  }
}

class RunWriter {
  count = 0;
  starts: Int32Array;
  ends: Int32Array;

  constructor(capacity: number) {
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
  }

  push(start: number, end: number): void {
    if (this.count === this.starts.length) this.grow();
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  private grow(): void {
    const { starts, ends } = this;
    this.starts = new Int32Array(2 * starts.length);
    this.ends = new Int32Array(2 * ends.length);
    this.starts.set(starts);
    this.ends.set(ends);
  }
}

interface RunReader {
  readonly length: number;
  /** The first index at or after `from` whose byte is not 0; `length` when there is none. */
  endOfZeros(from: number): number;
  /** The first index at or after `from` whose byte is 0; `length` when there is none. */
  endOfOnes(from: number): number;
}

/** Skips over equal bytes sixteen, then four at a time. */
function runReader(data: Uint8Array): RunReader {
  const length = data.length;
  // Words start at multiples of four of the buffer, which need not be multiples of four of the view.
  const skew = data.byteOffset & 3;
  const firstByte = (4 - skew) & 3;
  const wordCount = Math.max(0, (length - firstByte) >> 2);
  const words = new Int32Array(data.buffer, wordCount === 0 ? 0 : data.byteOffset + firstByte, wordCount);

  return {
    length,
    endOfZeros(from: number): number {
      let i = from;
      for (; i < length && ((i - firstByte) & 3) !== 0; i++) if (data[i] !== 0) return i;
      let word = (i - firstByte) >> 2;
      if (word >= 0) {
        while (word + 4 <= wordCount && orOfFour(words, word) === 0) word += 4;
        while (word < wordCount && words[word] === 0) word++;
        i = Math.min(length, Math.max(i, firstByte + 4 * word));
      }
      while (i < length && data[i] === 0) i++;
      return i;
    },
    endOfOnes(from: number): number {
      let i = from;
      for (; i < length && ((i - firstByte) & 3) !== 0; i++) if (data[i] === 0) return i;
      let word = (i - firstByte) >> 2;
      if (word >= 0) {
        while (word + 4 <= wordCount && andOfFour(words, word) === FOUR_SET) word += 4;
        while (word < wordCount && words[word] === FOUR_SET) word++;
        i = Math.min(length, Math.max(i, firstByte + 4 * word));
      }
      while (i < length && data[i] !== 0) i++;
      return i;
    },
  };
}

function orOfFour(words: Int32Array, at: number): number {
  return (
    (words[at] as number) | (words[at + 1] as number) | (words[at + 2] as number) | (words[at + 3] as number)
  );
}

function andOfFour(words: Int32Array, at: number): number {
  return (
    (words[at] as number) & (words[at + 1] as number) & (words[at + 2] as number) & (words[at + 3] as number)
  );
}
