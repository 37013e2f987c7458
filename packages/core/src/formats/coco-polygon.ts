import type { Size } from '../geometry/size.ts';
import { checkMaskSize } from '../mask/bitmap.ts';
import type { Rle } from '../mask/rle.ts';

/** The borders of a polygon are followed on a grid of this many cells a pixel. */
const CELLS = 5;

/**
 * A polygon as the mask that COCO's own tools make of it: x and y in turn, image space, any finite numbers. Parity decides,
 * column by column, so that a bridge which is walked there and back leaves no trace. Source: pycocotools `rleFrPoly`, to which
 * it is equal run for run. Throws `mask-size-invalid`.
 */
export function rleOfCocoPolygon(polygon: ArrayLike<number>, size: Size): Rle {
  checkMaskSize(size);
  const crossings = crossingsOf(polygon, size);
  crossings.push(size.width * size.height);
  const ends = Float64Array.from(crossings).sort();
  const counts: number[] = [];
  let previous = 0;
  for (let i = 0; i < ends.length; i++) {
    const run = (ends[i] as number) - previous;
    previous = ends[i] as number;
    // Two crossings at one place cancel out, and the run before goes on; the first run alone may be empty.
    if (run > 0 || counts.length === 0) counts.push(run);
    else if (++i < ends.length) {
      counts[counts.length - 1] = (counts.at(-1) as number) + (ends[i] as number) - previous;
      previous = ends[i] as number;
    }
  }
  return { size: { width: size.width, height: size.height }, counts: Uint32Array.from(counts) };
}

/** Column-major positions at which a column's centre line is crossed. */
function crossingsOf(polygon: ArrayLike<number>, { width, height }: Size): number[] {
  const crossings: number[] = [];
  let before: Cell | null = null;
  for (const cell of cellsOf(polygon)) {
    if (before !== null && before.u !== cell.u) {
      // The centre line of a column lies between the third and the fourth of its cells.
      const column = (Math.min(before.u, cell.u) + 0.5) / CELLS - 0.5;
      const row = Math.ceil(Math.min(height, Math.max(0, (Math.min(before.v, cell.v) + 0.5) / CELLS - 0.5)));
      if (Number.isInteger(column) && column >= 0 && column < width) crossings.push(column * height + row);
    }
    before = cell;
  }
  return crossings;
}

interface Cell {
  readonly u: number;
  readonly v: number;
}

/** The cells along the polygon's edges, each edge from the cell of one corner to that of the next, both included. */
function* cellsOf(polygon: ArrayLike<number>): Generator<Cell> {
  const corners: Cell[] = [];
  for (let i = 0; i + 1 < polygon.length; i += 2) {
    corners.push({
      u: Math.trunc(CELLS * (polygon[i] as number) + 0.5),
      v: Math.trunc(CELLS * (polygon[i + 1] as number) + 0.5),
    });
  }
  for (let i = 0; i < corners.length; i++) {
    yield* cellsBetween(corners[i] as Cell, corners[(i + 1) % corners.length] as Cell);
  }
}

function* cellsBetween(from: Cell, to: Cell): Generator<Cell> {
  const isFlat = Math.abs(to.u - from.u) >= Math.abs(to.v - from.v);
  const isBackward = isFlat ? from.u > to.u : from.v > to.v;
  // Always in the same direction, so that an edge has the same cells both ways.
  const [low, high] = isBackward ? [to, from] : [from, to];
  const steps = isFlat ? high.u - low.u : high.v - low.v;
  const slope = steps === 0 ? 0 : (isFlat ? high.v - low.v : high.u - low.u) / steps;
  for (let step = 0; step <= steps; step++) {
    const along = isBackward ? steps - step : step;
    const across = Math.trunc((isFlat ? low.v : low.u) + slope * along + 0.5);
    yield isFlat ? { u: low.u + along, v: across } : { u: across, v: low.v + along };
  }
}
