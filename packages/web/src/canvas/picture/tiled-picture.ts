import type { BoxXyxy } from '@calque/core';
import {
  boxInTile,
  boxOfTile,
  type DeepZoom,
  levelFor,
  parentOf,
  type Tile,
  tilesIn,
  wholeLevel,
} from './deep-zoom.ts';
import { type Picture, setSmoothing } from './picture.ts';
import { TileStore } from './tile-store.ts';

export interface TiledPictureDeps {
  readonly pyramid: DeepZoom;
  load(tile: Tile, options: { readonly signal: AbortSignal }): Promise<ImageBitmap>;
  /** A tile came: what was drawn can be drawn better. */
  onLoaded(): void;
}

/** Of 512 x 512 pixels, about a megabyte each. */
const MOST_TILES = 192;

/** A picture of which only the tiles in view are fetched. Where one is not there yet, a coarser one stands in. */
export function tiledPicture({ pyramid, load, onLoaded }: TiledPictureDeps): Picture {
  const drop = (bitmap: ImageBitmap): void => bitmap.close();
  const store = new TileStore<ImageBitmap>({ load, drop, onLoaded, most: MOST_TILES });
  return {
    draw: (context, { frame, scale }) => {
      const level = levelFor(pyramid, scale);
      const tiles = tilesIn(pyramid, level, frame);
      store.want([...tilesIn(pyramid, wholeLevel(pyramid), frame), ...tiles]);
      setSmoothing(context, scale);
      for (const tile of tiles) drawTile(context, pyramid, store, tile);
    },
    close: () => store.close(),
  };
}

function drawTile(
  context: CanvasRenderingContext2D,
  pyramid: DeepZoom,
  store: TileStore<ImageBitmap>,
  tile: Tile,
): void {
  const place = boxOfTile(pyramid, tile);
  for (let source = tile; source.level >= 0; source = parentOf(source)) {
    const bitmap = store.get(source);
    if (bitmap === undefined) continue;
    drawPart(context, bitmap, boxInTile(pyramid, source, place), place);
    return;
  }
}

function drawPart(
  context: CanvasRenderingContext2D,
  bitmap: ImageBitmap,
  part: BoxXyxy,
  place: BoxXyxy,
): void {
  const [width, height] = [part.x2 - part.x1, part.y2 - part.y1];
  // A little over its edge, so that no background shines through between two tiles.
  const seam = (0.5 * (place.x2 - place.x1)) / width / Math.max(1, context.getTransform().a);
  context.drawImage(
    bitmap,
    part.x1,
    part.y1,
    width,
    height,
    place.x1,
    place.y1,
    place.x2 - place.x1 + seam,
    place.y2 - place.y1 + seam,
  );
}
