import type { LogitsSampler } from '@calque/core';
import { type LatticeAxis, latticeAxisOf } from './logits-lattice.ts';

/** How far a chord may lie from the curve that it stands for. */
const MOST_SAG_PX = 0.03;
/** Halvings of a stretch in one cell. */
const DEEPEST = 5;
/** What the frame around the lattice carries: any value that is not inside. */
const OUTSIDE = -1;

/**
 * The outline of `upsampled logits > 0`: closed rings in pixels of the oriented image, to be filled with the even-odd
 * rule. Marching squares on the lattice of the grid; inside a cell the zero level of the bilinear surface is a hyperbola,
 * which is followed by exact points on it. Saddles are decided by the surface's own saddle value.
 *
 * @param logits float32, row-major, shape [sampler.grid.height, sampler.grid.width]; only read.
 * @param sampler how the model family lays its grid on the image (`samplerFor`).
 */
export function ringsOfLogits(logits: Float32Array, sampler: LogitsSampler): Float32Array[] {
  return new Tracer(new Lattice(logits, sampler)).rings();
}

/** Logits at the lines of both axes, in a frame of what is outside, so that rings close along the image's edge. */
class Lattice {
  readonly width: number;
  readonly height: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly values: Float32Array;

  constructor(logits: Float32Array, sampler: LogitsSampler) {
    const across = latticeAxisOf(sampler.x);
    const down = latticeAxisOf(sampler.y);
    this.width = across.count + 2;
    this.height = down.count + 2;
    this.x = framed(across.positions);
    this.y = framed(down.positions);
    this.values = new Float32Array(this.width * this.height).fill(OUTSIDE);
    this.#fill(logits, sampler.grid.width, across, down);
  }

  #fill(logits: Float32Array, gridWidth: number, across: LatticeAxis, down: LatticeAxis): void {
    const row = new Float32Array(gridWidth);
    for (let j = 0; j < down.count; j++) {
      const top = (down.low[j] as number) * gridWidth;
      const below = down.fraction[j] as number;
      for (let i = 0; i < gridWidth; i++) {
        const value = logits[top + i] as number;
        row[i] = below === 0 ? value : value + ((logits[top + gridWidth + i] as number) - value) * below;
      }
      const start = (j + 1) * this.width + 1;
      for (let i = 0; i < across.count; i++) {
        const left = across.low[i] as number;
        const right = across.fraction[i] as number;
        const value = row[left] as number;
        this.values[start + i] = right === 0 ? value : value + ((row[left + 1] as number) - value) * right;
      }
    }
  }
}

function framed(positions: Float64Array): Float64Array {
  const result = new Float64Array(positions.length + 2);
  result.set(positions, 1);
  result[0] = positions[0] as number;
  result[result.length - 1] = positions.at(-1) as number;
  return result;
}

/** Edges of a cell, clockwise on the screen: top 0, right 1, bottom 2, left 3. */
const TOP = 0;
const RIGHT = 1;
const BOTTOM = 2;

class Tracer {
  readonly #lattice: Lattice;
  readonly #cellsAcross: number;
  /** Corners inside, as bits: top left 1, top right 2, bottom right 4, bottom left 8. */
  readonly #codes: Uint8Array;
  /** Edges through which a ring has entered the cell already, as bits. */
  readonly #entered: Uint8Array;
  #points = new Float32Array(1024);
  #length = 0;

  constructor(lattice: Lattice) {
    this.#lattice = lattice;
    this.#cellsAcross = lattice.width - 1;
    const cells = this.#cellsAcross * (lattice.height - 1);
    this.#codes = new Uint8Array(cells);
    this.#entered = new Uint8Array(cells);
    this.#classify();
  }

  rings(): Float32Array[] {
    const rings: Float32Array[] = [];
    for (let cell = 0; cell < this.#codes.length; cell++) {
      const code = this.#codes[cell] as number;
      if (code === 0 || code === 15) continue;
      for (let edge = 0; edge < 4; edge++) {
        if (!isEntry(code, edge) || ((this.#entered[cell] as number) & (1 << edge)) !== 0) continue;
        const ring = this.#follow(cell, edge);
        if (ring.length >= 6) rings.push(ring);
      }
    }
    return rings;
  }

  #classify(): void {
    const { values, width, height } = this.#lattice;
    for (let y = 0; y < height - 1; y++) {
      let at = y * width;
      let cell = y * this.#cellsAcross;
      let left = ((values[at] as number) > 0 ? 1 : 0) | ((values[at + width] as number) > 0 ? 8 : 0);
      for (let x = 0; x < width - 1; x++, at++, cell++) {
        const right =
          ((values[at + 1] as number) > 0 ? 2 : 0) | ((values[at + width + 1] as number) > 0 ? 4 : 0);
        this.#codes[cell] = left | right;
        left = ((right & 2) >> 1) | ((right & 4) << 1);
      }
    }
  }

  /** Walks from cell to cell, the inside on the right, until the ring is closed. */
  #follow(startCell: number, startEdge: number): Float32Array {
    this.#length = 0;
    let cell = startCell;
    let edge = startEdge;
    do {
      this.#entered[cell] = (this.#entered[cell] as number) | (1 << edge);
      const exit = this.#exitOf(cell, edge);
      this.#pushPiece(cell, edge, exit);
      cell = this.#neighbour(cell, exit);
      edge = (exit + 2) & 3;
    } while (cell !== startCell || edge !== startEdge);
    return this.#points.slice(0, this.#length);
  }

  #neighbour(cell: number, edge: number): number {
    if (edge === TOP) return cell - this.#cellsAcross;
    if (edge === RIGHT) return cell + 1;
    return edge === BOTTOM ? cell + this.#cellsAcross : cell - 1;
  }

  #exitOf(cell: number, entry: number): number {
    const code = this.#codes[cell] as number;
    if (code === 5 || code === 10) return (entry + (this.#isSaddleInside(cell) ? 1 : 3)) & 3;
    for (let edge = 0; edge < 4; edge++) if (isExit(code, edge)) return edge;
    throw new Error(`cell ${cell} has no way out`);
  }

  /** Source: Nielson and Hamann, The asymptotic decider, 1991. */
  #isSaddleInside(cell: number): boolean {
    const [a, b, c, d] = this.#cornersOf(cell);
    return (a * d - b * c) / (a + d - b - c) > 0;
  }

  /** Top left, top right, bottom left, bottom right. */
  #cornersOf(cell: number): readonly [number, number, number, number] {
    const { values, width } = this.#lattice;
    const y = Math.floor(cell / this.#cellsAcross);
    const at = y * width + cell - y * this.#cellsAcross;
    return [
      values[at] as number,
      values[at + 1] as number,
      values[at + width] as number,
      values[at + width + 1] as number,
    ];
  }

  /** The point of entry, and points on the curve up to the way out, which begins the next piece. */
  #pushPiece(cell: number, entry: number, exit: number): void {
    const { x, y } = this.#lattice;
    const row = Math.floor(cell / this.#cellsAcross);
    const column = cell - row * this.#cellsAcross;
    const left = x[column] as number;
    const top = y[row] as number;
    const width = (x[column + 1] as number) - left;
    const height = (y[row + 1] as number) - top;
    const [a, b, c, d] = this.#cornersOf(cell);
    const u0 = acrossAt(entry, a, b, c, d);
    const v0 = downAt(entry, a, b, c, d);
    this.#push(left + u0 * width, top + v0 * height);
    if (width === 0 || height === 0) return;
    const u1 = acrossAt(exit, a, b, c, d);
    const v1 = downAt(exit, a, b, c, d);
    const twist = a + d - b - c;
    const byColumn = Math.abs(u1 - u0) * width >= Math.abs(v1 - v0) * height;
    const curve: Curve = byColumn
      ? { near: a, far: c, slope: b - a, twist, left, top, width, height, byColumn }
      : { near: a, far: b, slope: c - a, twist, left, top, width, height, byColumn };
    if (byColumn) this.#pushBetween(curve, u0, v0, u1, v1, DEEPEST);
    else this.#pushBetween(curve, v0, u0, v1, u1, DEEPEST);
  }

  /** Halves the stretch until its chord is as good as the curve. Without its ends. */
  #pushBetween(curve: Curve, s0: number, r0: number, s1: number, r1: number, depth: number): void {
    const s = (s0 + s1) / 2;
    const r = clamped(rootAt(s, curve));
    const { left, top, width, height, byColumn } = curve;
    const sagPx = Math.abs(r - (r0 + r1) / 2) * (byColumn ? height : width);
    if (!(sagPx > MOST_SAG_PX)) return;
    if (depth > 0) this.#pushBetween(curve, s0, r0, s, r, depth - 1);
    this.#push(left + (byColumn ? s : r) * width, top + (byColumn ? r : s) * height);
    if (depth > 0) this.#pushBetween(curve, s, r, s1, r1, depth - 1);
  }

  #push(x: number, y: number): void {
    if (this.#length + 2 > this.#points.length) {
      const grown = new Float32Array(2 * this.#points.length);
      grown.set(this.#points);
      this.#points = grown;
    }
    this.#points[this.#length++] = x;
    this.#points[this.#length++] = y;
  }
}

/** Corner before an edge, clockwise, is bit `edge`; the one after it bit `edge + 1`. Inside to outside: the way in. */
function isEntry(code: number, edge: number): boolean {
  return ((code >> edge) & 1) === 1 && ((code >> ((edge + 1) & 3)) & 1) === 0;
}

function isExit(code: number, edge: number): boolean {
  return ((code >> edge) & 1) === 0 && ((code >> ((edge + 1) & 3)) & 1) === 1;
}

function acrossAt(edge: number, a: number, b: number, c: number, d: number): number {
  if (edge === TOP) return a / (a - b);
  if (edge === BOTTOM) return c / (c - d);
  return edge === RIGHT ? 1 : 0;
}

function downAt(edge: number, a: number, b: number, c: number, d: number): number {
  if (edge === TOP) return 0;
  if (edge === BOTTOM) return 1;
  return edge === RIGHT ? b / (b - d) : a / (a - c);
}

/**
 * The zero level in one cell as a function of one axis: `near` and `far` are the surface at the ends of the other axis where
 * this one is 0, `slope` what `near` gains up to where it is 1, `twist` what `far` gains beyond that.
 */
interface Curve {
  readonly near: number;
  readonly far: number;
  readonly slope: number;
  readonly twist: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly byColumn: boolean;
}

function rootAt(at: number, { near, far, slope, twist }: Curve): number {
  const from = near + slope * at;
  const to = far + (slope + twist) * at;
  return from / (from - to);
}

function clamped(value: number): number {
  return Math.min(1, Math.max(0, value));
}
