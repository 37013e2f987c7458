import type { Tile } from './deep-zoom.ts';

export interface TileStoreDeps<Picture> {
  load(tile: Tile, options: { readonly signal: AbortSignal }): Promise<Picture>;
  /** Of a picture that is no longer kept. */
  drop(picture: Picture): void;
  onLoaded(): void;
  /** Most pictures that are kept. */
  readonly most: number;
}

const AT_ONCE = 6;
const MOST_ATTEMPTS = 3;

/** Tiles that are there, or on their way. What is wanted no longer is not fetched; what was longest unseen goes first. */
export class TileStore<Picture> {
  readonly #deps: TileStoreDeps<Picture>;
  readonly #kept = new Map<string, Picture>();
  readonly #loading = new Map<string, AbortController>();
  readonly #failures = new Map<string, number>();
  #wanted: readonly Tile[] = [];
  #closed = false;

  constructor(deps: TileStoreDeps<Picture>) {
    this.#deps = deps;
  }

  get(tile: Tile): Picture | undefined {
    return this.#kept.get(keyOf(tile));
  }

  /** What is in view now, the most urgent first. Replaces what was wanted before. */
  want(tiles: readonly Tile[]): void {
    this.#wanted = tiles;
    const keys = new Set(tiles.map(keyOf));
    for (const [key, loading] of this.#loading) if (!keys.has(key)) loading.abort();
    for (const key of keys) this.#touch(key);
    this.#loadMore();
  }

  close(): void {
    this.#closed = true;
    for (const loading of this.#loading.values()) loading.abort();
    for (const picture of this.#kept.values()) this.#deps.drop(picture);
    this.#kept.clear();
  }

  #touch(key: string): void {
    const picture = this.#kept.get(key);
    if (picture === undefined) return;
    this.#kept.delete(key);
    this.#kept.set(key, picture);
  }

  #loadMore(): void {
    for (const tile of this.#wanted) {
      const key = keyOf(tile);
      if (this.#loading.size >= AT_ONCE || this.#closed) return;
      if (this.#kept.has(key) || this.#loading.has(key)) continue;
      if ((this.#failures.get(key) ?? 0) >= MOST_ATTEMPTS) continue;
      void this.#load(tile, key);
    }
  }

  async #load(tile: Tile, key: string): Promise<void> {
    const loading = new AbortController();
    this.#loading.set(key, loading);
    try {
      const picture = await this.#deps.load(tile, { signal: loading.signal });
      if (this.#closed) this.#deps.drop(picture);
      else this.#keep(key, picture);
    } catch {
      // A tile that cannot be had leaves the coarser one in its place; it is asked for again a few times.
      if (!loading.signal.aborted) this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
    }
    this.#loading.delete(key);
    this.#loadMore();
  }

  #keep(key: string, picture: Picture): void {
    this.#kept.set(key, picture);
    const wanted = new Set(this.#wanted.map(keyOf));
    for (const [other, old] of this.#kept) {
      if (this.#kept.size <= this.#deps.most) break;
      if (wanted.has(other)) continue;
      this.#kept.delete(other);
      this.#deps.drop(old);
    }
    this.#deps.onLoaded();
  }
}

function keyOf({ level, column, row }: Tile): string {
  return `${level}/${column}_${row}`;
}
