import type { Bitmap } from '@calque/core';

/**
 * SVG path data of the border between the pixels that are set and those that are not, exact along pixel edges: filled
 * with the even-odd rule it covers the set pixels and nothing else, holes included.
 *
 * Units are pixels of the bitmap; corners are integers. Every border edge is walked once with the mask on its right;
 * where two set pixels touch only at a corner, the outline keeps them apart.
 */
export function maskOutline(bitmap: Bitmap): string {
  const edges = borderEdges(bitmap);
  const rings: string[] = [];
  for (let first = 0; first < edges.direction.length; first += 1) {
    if (edges.direction[first] !== 0 && (edges.direction[first] as number) & RIGHT) {
      rings.push(walkRing(edges, first));
    }
  }
  return rings.join('');
}

const RIGHT = 1;
const DOWN = 2;
const LEFT = 4;
const UP = 8;

/** For each corner of the pixel grid, (width + 1) * (height + 1), the directions in which border edges leave it. */
interface BorderEdges {
  readonly stride: number;
  readonly direction: Uint8Array;
}

function borderEdges({ width, height, data }: Bitmap): BorderEdges {
  const stride = width + 1;
  const direction = new Uint8Array(stride * (height + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const i = y * width + x;
      if (data[i] === 0) continue;
      const corner = y * stride + x;
      if (y === 0 || data[i - width] === 0) direction[corner] = (direction[corner] as number) | RIGHT;
      if (x === width - 1 || data[i + 1] === 0)
        direction[corner + 1] = (direction[corner + 1] as number) | DOWN;
      if (y === height - 1 || data[i + width] === 0) {
        direction[corner + stride + 1] = (direction[corner + stride + 1] as number) | LEFT;
      }
      if (x === 0 || data[i - 1] === 0)
        direction[corner + stride] = (direction[corner + stride] as number) | UP;
    }
  }
  return { stride, direction };
}

/** At a corner where two ways go on, the one to the right: it stays with the same pixel. */
const NEXT_TURNS: Readonly<Record<number, readonly number[]>> = {
  [RIGHT]: [DOWN, RIGHT, UP],
  [DOWN]: [LEFT, DOWN, RIGHT],
  [LEFT]: [UP, LEFT, DOWN],
  [UP]: [RIGHT, UP, LEFT],
};

function walkRing({ stride, direction }: BorderEdges, first: number): string {
  const step: Readonly<Record<number, number>> = { [RIGHT]: 1, [DOWN]: stride, [LEFT]: -1, [UP]: -stride };
  const at = (corner: number): string => `${corner % stride} ${Math.floor(corner / stride)}`;
  let corner = first;
  let heading = RIGHT;
  let path = `M${at(first)}`;
  do {
    direction[corner] = (direction[corner] as number) & ~heading;
    corner += step[heading] as number;
    const leaving = direction[corner] as number;
    const turn = (NEXT_TURNS[heading] ?? []).find((way) => (leaving & way) !== 0);
    if (turn === undefined) break;
    if (turn !== heading) path += `L${at(corner)}`;
    heading = turn;
  } while (corner !== first || heading !== RIGHT);
  return `${path}Z`;
}
