import type { Rle } from '../mask/rle.ts';

/** The pixels that are in any of the masks, which are of one size and at least one. Equal to pycocotools `merge`. */
export function unionOfRles(masks: readonly Rle[]): Rle {
  const [first, ...others] = masks;
  if (first === undefined) throw new RangeError('there is no mask to join');
  if (others.length === 0) return first;
  const intervals = masks.flatMap(intervalsOf).sort((a, b) => a.start - b.start);
  const counts: number[] = [];
  let end = 0;
  for (const interval of intervals) {
    if (interval.start > end || counts.length === 0) {
      counts.push(interval.start - end, interval.end - interval.start);
    } else if (interval.end > end) {
      counts[counts.length - 1] = (counts.at(-1) as number) + interval.end - end;
    }
    end = Math.max(end, interval.end);
  }
  const px = first.size.width * first.size.height;
  if (end < px || counts.length === 0) counts.push(px - end);
  return { size: first.size, counts: Uint32Array.from(counts) };
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Column-major positions of the runs of pixels that are set. */
function intervalsOf({ counts }: Rle): Interval[] {
  const intervals: Interval[] = [];
  for (let i = 0, start = 0; i < counts.length; i++) {
    const end = start + (counts[i] as number);
    if ((i & 1) === 1 && end > start) intervals.push({ start, end });
    start = end;
  }
  return intervals;
}
