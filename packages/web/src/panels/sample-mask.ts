import { type BoxXyxy, countsFromString, type RecordedRle } from '@calque/core';

/**
 * Whether the mask is set at the centres of a `columns` x `rows` grid over `frame` (image pixels): 0 or 1, row-major.
 * Costs the runs of the mask and the samples, not its pixels, so that small pictures of large masks are cheap.
 */
export function sampleMask(rle: RecordedRle, frame: BoxXyxy, columns: number, rows: number): Uint8Array {
  const [height, width] = rle.size;
  const { counts: runs } = countsFromString(rle.counts, { width, height });
  const samples = new Uint8Array(columns * rows);
  let run = 0;
  let end = runs[0] ?? 0;
  for (let column = 0; column < columns; column++) {
    const x = Math.floor(frame.x1 + ((column + 0.5) * (frame.x2 - frame.x1)) / columns);
    if (x < 0 || x >= width) continue;
    for (let row = 0; row < rows; row++) {
      const y = Math.floor(frame.y1 + ((row + 0.5) * (frame.y2 - frame.y1)) / rows);
      if (y < 0 || y >= height) continue;
      const at = x * height + y;
      // Several columns can fall on one column of pixels, so the walk may have to step back by one column.
      while (run > 0 && at < end - (runs[run] ?? 0)) {
        end -= runs[run] ?? 0;
        run--;
      }
      while (at >= end && run + 1 < runs.length) {
        run++;
        end += runs[run] ?? 0;
      }
      samples[row * columns + column] = run & 1;
    }
  }
  return samples;
}
