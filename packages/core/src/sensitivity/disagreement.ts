import { masksDifferInSize } from '../errors.ts';
import type { BoxXyxy } from '../geometry/box.ts';
import type { Size } from '../geometry/size.ts';
import { checkRle, type Rle } from '../mask/rle.ts';

/**
 * Where masks differ from a reference, and how many do. Runs of pixels in column-major order, as COCO counts them,
 * ascending, without overlap; all three arrays are as long.
 */
export interface Disagreement {
  readonly size: Size;
  /** How many masks were compared. */
  readonly answers: number;
  readonly starts: readonly number[];
  /** Half-open. */
  readonly ends: readonly number[];
  /** Masks that differ there, 1 to `answers`. */
  readonly counts: readonly number[];
}

/** Time in proportion to the runs. Throws `mask-size-mismatch`, `mask-size-invalid` or `rle-malformed`. */
export function disagreementOf(reference: Rle, masks: readonly Rle[]): Disagreement {
  const { size } = reference;
  const own = turnsOf(reference);
  const differing = masks.map((mask) => {
    if (mask.size.width !== size.width || mask.size.height !== size.height) {
      throw masksDifferInSize(size, mask.size);
    }
    return oddTurns(own, turnsOf(mask));
  });
  const starts: number[] = [];
  const ends: number[] = [];
  const counts: number[] = [];
  sweep(differing, (start, end, count) => {
    starts.push(start);
    ends.push(end);
    counts.push(count);
  });
  return { size, answers: masks.length, starts, ends, counts };
}

/** Pixels that are set in at least one of the masks. */
export function coveredPx(masks: readonly Rle[]): number {
  let covered = 0;
  sweep(masks.map(turnsOf), (start, end) => {
    covered += end - start;
  });
  return covered;
}

/** Pixels at which at least this share of the masks differs. */
export function differingPx({ answers, starts, ends, counts }: Disagreement, share: number): number {
  let differing = 0;
  counts.forEach((count, i) => {
    if (count >= share * answers) differing += (ends[i] as number) - (starts[i] as number);
  });
  return differing;
}

/** Smallest half-open box around every pixel at which a mask differs; null where none does. Image space. */
export function disagreementBox(disagreement: Disagreement): BoxXyxy | null {
  let [x1, y1, x2, y2] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0];
  forEachColumnPart(disagreement, (x, top, bottom) => {
    x1 = Math.min(x1, x);
    x2 = Math.max(x2, x + 1);
    y1 = Math.min(y1, top);
    y2 = Math.max(y2, bottom);
  });
  return x2 === 0 ? null : { x1, y1, x2, y2 };
}

/** The runs cut where a column ends: `x`, rows `top` to below `bottom`, how many masks differ. */
export function forEachColumnPart(
  { size: { height }, starts, ends, counts }: Disagreement,
  use: (x: number, top: number, bottom: number, count: number) => void,
): void {
  starts.forEach((start, i) => {
    const end = ends[i] as number;
    for (let at = start; at < end; ) {
      const x = Math.floor(at / height);
      const next = Math.min(end, (x + 1) * height);
      use(x, at - x * height, next - x * height, counts[i] as number);
      at = next;
    }
  });
}

/** Positions at which the mask turns from one value to the other, ascending; an even number of them. */
function turnsOf(rle: Rle): number[] {
  checkRle(rle);
  const turns: number[] = [];
  let position = 0;
  rle.counts.forEach((count, i) => {
    position += count;
    const isLast = i === rle.counts.length - 1;
    if (!isLast || (i & 1) === 1) turns.push(position);
  });
  return oddTurns(turns, []);
}

/** Both lists merged; what occurs an even number of times turns nothing and is left out. */
function oddTurns(a: readonly number[], b: readonly number[]): number[] {
  const merged: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [atA, atB] = [a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY];
    const next = Math.min(atA, atB);
    if (atA <= atB) i++;
    else j++;
    if (merged.at(-1) === next) merged.pop();
    else merged.push(next);
  }
  return merged;
}

/** Runs in which at least one of the lists is between an odd turn and the next, with how many are. */
function sweep(
  lists: readonly (readonly number[])[],
  use: (start: number, end: number, count: number) => void,
): void {
  const starts = Float64Array.from(lists.flatMap((turns) => turns.filter((_, i) => (i & 1) === 0))).sort();
  const ends = Float64Array.from(lists.flatMap((turns) => turns.filter((_, i) => (i & 1) === 1))).sort();
  let count = 0;
  let from = 0;
  for (let i = 0, j = 0; j < ends.length; ) {
    const start = starts[i] ?? Number.POSITIVE_INFINITY;
    const end = ends[j] as number;
    const at = Math.min(start, end);
    if (count > 0 && at > from) use(from, at, count);
    from = at;
    if (start <= end) {
      count++;
      i++;
    } else {
      count--;
      j++;
    }
  }
}
