import { describe, expect, test } from 'vitest';
import { settle } from '../../editor/testing/fake-clock.ts';
import {
  boxInTile,
  boxOfTile,
  type DeepZoom,
  levelFor,
  nameOfTile,
  parentOf,
  parseDeepZoom,
  type Tile,
  tilesIn,
  wholeLevel,
} from './deep-zoom.ts';
import { TileStore } from './tile-store.ts';

const descriptor = `<?xml version="1.0" encoding="utf-8"?>
<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="jpeg" Overlap="1" TileSize="512">
  <Size Height="7000" Width="12000" />
</Image>`;

describe('a Deep Zoom pyramid', () => {
  const pyramid = parseDeepZoom(descriptor);

  test('is read from its descriptor', () => {
    expect(pyramid).toEqual({
      size: { width: 12_000, height: 7000 },
      tileSize: 512,
      overlap: 1,
      format: 'jpeg',
      last: 14,
    });
    expect(() => parseDeepZoom('<html></html>')).toThrow(RangeError);
  });

  test('is drawn from the coarsest level that has a pixel for every pixel of the screen', () => {
    expect([4, 1, 0.9, 0.5, 0.3, 0.25].map((scale) => levelFor(pyramid, scale))).toEqual([
      14, 14, 14, 13, 13, 12,
    ]);
  });

  test('goes no coarser than the level that is one tile', () => {
    expect(wholeLevel(pyramid)).toBe(9);
    expect(levelFor(pyramid, 1e-6)).toBe(9);
    expect(tilesIn(pyramid, 9, { x1: 0, y1: 0, x2: 12_000, y2: 7000 })).toHaveLength(1);
  });

  test('gives the tiles that a frame meets, the middle first, and none beyond the image', () => {
    const tiles = tilesIn(pyramid, 14, { x1: 500, y1: -900, x2: 1100, y2: 300 });
    expect(tiles.map((tile) => nameOfTile(tile, pyramid))).toEqual(['1_0.jpeg', '2_0.jpeg', '0_0.jpeg']);
    expect(tilesIn(pyramid, 14, { x1: 11_900, y1: 6900, x2: 99_999, y2: 99_999 })).toEqual([
      { level: 14, column: 23, row: 13 },
    ]);
    expect(tilesIn(pyramid, 14, { x1: -90, y1: -50, x2: -10, y2: -5 })).toEqual([]);
  });

  test('knows where a tile lies, and where a place lies in the picture of a tile, past its overlap', () => {
    const tile = { level: 13, column: 2, row: 1 };
    const box = boxOfTile(pyramid, tile);
    expect(box).toEqual({ x1: 2048, y1: 1024, x2: 3072, y2: 2048 });
    expect(boxInTile(pyramid, tile, box)).toEqual({ x1: 1, y1: 1, x2: 513, y2: 513 });
    const first = { level: 14, column: 0, row: 0 };
    expect(boxInTile(pyramid, first, boxOfTile(pyramid, first))).toEqual({ x1: 0, y1: 0, x2: 512, y2: 512 });
    expect(boxOfTile(pyramid, { level: 14, column: 23, row: 13 })).toMatchObject({ x2: 12_000, y2: 7000 });
  });

  test('has the parent of a tile on the level above', () => {
    expect(parentOf({ level: 14, column: 23, row: 12 })).toEqual({ level: 13, column: 11, row: 6 });
  });

  test('of an image that fits a tile has one tile at every level', () => {
    const small: DeepZoom = { ...pyramid, size: { width: 300, height: 200 }, last: 9 };
    expect(wholeLevel(small)).toBe(9);
    expect(levelFor(small, 0.01)).toBe(9);
  });
});

describe('the store of tiles', () => {
  const tileAt = (column: number): Tile => ({ level: 3, column, row: 5 });

  function openStore(most: number) {
    const asked: { readonly column: number; readonly signal: AbortSignal; answer(ok: boolean): void }[] = [];
    const dropped: string[] = [];
    let loaded = 0;
    const store = new TileStore<string>({
      load: ({ column }, { signal }) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          const answer = (ok: boolean) => (ok ? resolve(`tile ${column}`) : reject(new Error('lost')));
          asked.push({ column, signal, answer });
        }),
      drop: (picture) => dropped.push(picture),
      onLoaded: () => loaded++,
      most,
    });
    return { store, asked, dropped, loaded: () => loaded };
  }

  const answerAll = async ({ asked }: ReturnType<typeof openStore>) => {
    for (const { answer } of asked) answer(true);
    await settle();
  };

  test('fetches six at a time, the most urgent first', async () => {
    const opened = openStore(20);
    opened.store.want([8, 1, 2, 3, 4, 5, 6, 7].map(tileAt));
    expect(opened.asked.map(({ column }) => column)).toEqual([8, 1, 2, 3, 4, 5]);
    opened.asked[0]?.answer(true);
    await settle();
    expect(opened.asked.at(-1)?.column).toBe(6);
    expect(opened.store.get(tileAt(8))).toBe('tile 8');
    expect(opened.loaded()).toBe(1);
  });

  test('does not go on with what is out of view', async () => {
    const opened = openStore(20);
    opened.store.want([tileAt(1), tileAt(2)]);
    opened.store.want([tileAt(2), tileAt(3)]);
    expect(opened.asked.map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
    await settle();
    expect(opened.store.get(tileAt(1))).toBeUndefined();
  });

  test('drops what was longest out of view, and never what is in view', async () => {
    const opened = openStore(3);
    opened.store.want([1, 2, 3].map(tileAt));
    await answerAll(opened);
    opened.store.want([tileAt(1), tileAt(4)]);
    await answerAll(opened);
    expect(opened.dropped).toEqual(['tile 2']);
    opened.store.want([1, 3, 4, 5, 6].map(tileAt));
    await answerAll(opened);
    expect(opened.dropped).toEqual(['tile 2']);
  });

  test('tries a tile that is lost three times, and no more', async () => {
    const opened = openStore(20);
    opened.store.want([tileAt(1)]);
    for (let attempt = 0; attempt < 5; attempt++) {
      for (const { answer } of opened.asked) answer(false);
      await settle();
    }
    expect(opened.asked).toHaveLength(3);
  });

  test('keeps nothing once it is closed', async () => {
    const opened = openStore(20);
    opened.store.want([tileAt(1), tileAt(2)]);
    opened.asked[0]?.answer(true);
    await settle();
    opened.store.close();
    expect(opened.dropped).toEqual(['tile 1']);
    expect(opened.asked[1]?.signal.aborted).toBe(true);
  });
});
