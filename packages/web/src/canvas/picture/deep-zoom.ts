import type { BoxXyxy, Size } from '@calque/core';

/** What a Deep Zoom descriptor says. Level `last` is the image itself, each one below is half as wide and high. */
export interface DeepZoom {
  readonly size: Size;
  readonly tileSize: number;
  readonly overlap: number;
  readonly format: string;
  readonly last: number;
}

export interface Tile {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/** Throws a `RangeError` for what is none. */
export function parseDeepZoom(xml: string): DeepZoom {
  const read = (name: string): string => new RegExp(`\\b${name}="([^"]+)"`).exec(xml)?.[1] ?? '';
  const size = { width: Number(read('Width')), height: Number(read('Height')) };
  const tileSize = Number(read('TileSize'));
  const overlap = Number(read('Overlap'));
  const format = read('Format');
  if (!(size.width > 0 && size.height > 0 && tileSize > 0) || format === '') {
    throw new RangeError('this is no Deep Zoom descriptor');
  }
  const last = Math.ceil(Math.log2(Math.max(size.width, size.height)));
  return { size, tileSize, overlap, format, last };
}

/** Pixels of the image that one pixel of a level stands for. */
export function pixelOfLevel({ last }: DeepZoom, level: number): number {
  return 2 ** (last - level);
}

/** The coarsest level that has a pixel for every pixel of the screen. `scale`: screen pixels a pixel of the image. */
export function levelFor(pyramid: DeepZoom, scale: number): number {
  const above = Math.floor(Math.log2(1 / scale) + 1e-6);
  return Math.min(pyramid.last, Math.max(wholeLevel(pyramid), pyramid.last - above));
}

/** The finest level that is one tile: drawn under everything, so that nothing is ever empty. */
export function wholeLevel({ size, tileSize, last }: DeepZoom): number {
  const halvings = Math.ceil(Math.log2(Math.max(1, Math.max(size.width, size.height) / tileSize)));
  return Math.max(0, last - halvings);
}

/** Tiles of a level that a frame in image space meets, those nearest to its middle first. */
export function tilesIn(pyramid: DeepZoom, level: number, frame: BoxXyxy): Tile[] {
  const extent = pyramid.tileSize * pixelOfLevel(pyramid, level);
  const range = (from: number, to: number, whole: number): [number, number] => [
    Math.max(0, Math.floor(from / extent)),
    Math.min(Math.ceil(whole / extent) - 1, Math.floor(to / extent)),
  ];
  const [left, right] = range(frame.x1, frame.x2, pyramid.size.width);
  const [top, bottom] = range(frame.y1, frame.y2, pyramid.size.height);
  const tiles: Tile[] = [];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) tiles.push({ level, column, row });
  }
  const [x, y] = [(frame.x1 + frame.x2) / 2 / extent - 0.5, (frame.y1 + frame.y2) / 2 / extent - 0.5];
  const distance = ({ column, row }: Tile): number => Math.hypot(column - x, row - y);
  return tiles.toSorted((a, b) => distance(a) - distance(b));
}

/** The tile of the level above that shows the same place, among others. */
export function parentOf({ level, column, row }: Tile): Tile {
  return { level: level - 1, column: Math.floor(column / 2), row: Math.floor(row / 2) };
}

/** What a tile shows without its overlap, in image space. */
export function boxOfTile(pyramid: DeepZoom, { level, column, row }: Tile): BoxXyxy {
  const extent = pyramid.tileSize * pixelOfLevel(pyramid, level);
  const { width, height } = pyramid.size;
  const [x1, y1] = [column * extent, row * extent];
  return { x1, y1, x2: Math.min(width, x1 + extent), y2: Math.min(height, y1 + extent) };
}

/** A box of image space in the pixels of a tile's picture, which begins with the overlap of its neighbour. */
export function boxInTile(pyramid: DeepZoom, tile: Tile, { x1, y1, x2, y2 }: BoxXyxy): BoxXyxy {
  const pixel = pixelOfLevel(pyramid, tile.level);
  const left = tile.column * pyramid.tileSize - (tile.column > 0 ? pyramid.overlap : 0);
  const top = tile.row * pyramid.tileSize - (tile.row > 0 ? pyramid.overlap : 0);
  return { x1: x1 / pixel - left, y1: y1 / pixel - top, x2: x2 / pixel - left, y2: y2 / pixel - top };
}

export function nameOfTile({ column, row }: Tile, { format }: DeepZoom): string {
  return `${column}_${row}.${format}`;
}
