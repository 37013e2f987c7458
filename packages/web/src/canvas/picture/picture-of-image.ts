import type { Client, WireImage } from '@calque/api';
import type { Size } from '@calque/core';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { pictureNotLoaded } from '../../errors.ts';
import { nameOfTile, parseDeepZoom } from './deep-zoom.ts';
import type { Picture } from './picture.ts';
import { tiledPicture } from './tiled-picture.ts';
import { halvesOf, wholePicture } from './whole-picture.ts';

export interface PictureState {
  /** `coarse`: the thumbnail is there, stretched over the image. */
  readonly status: 'loading' | 'coarse' | 'ready' | 'failed';
  readonly picture: Picture | null;
  /** Of the oriented image, as soon as anything says it. */
  readonly size: Size | null;
  readonly error: Error | null;
  /** Counts what makes it worth drawing again. */
  readonly version: number;
}

/** The picture of one image, from its thumbnail to its last pixel. */
export interface PictureOfImage {
  readonly store: StoreApi<PictureState>;
  /** Once more where it failed, or where the file is another one. */
  load(image: WireImage): void;
  close(): void;
}

export function pictureOfImage(client: Pick<Client, 'addressOf'>, image: WireImage): PictureOfImage {
  return new LoadedPicture(client, image);
}

const THUMBNAIL_SIDE = 320;

class LoadedPicture implements PictureOfImage {
  readonly store: StoreApi<PictureState>;
  readonly #client: Pick<Client, 'addressOf'>;
  #image: WireImage;
  #loading = new AbortController();

  constructor(client: Pick<Client, 'addressOf'>, image: WireImage) {
    this.#client = client;
    this.#image = image;
    const { size } = image;
    this.store = createStore<PictureState>(() => ({
      status: 'loading',
      picture: null,
      size,
      error: null,
      version: 0,
    }));
  }

  load(image: WireImage): void {
    this.#image = image;
    this.#loading.abort();
    this.#loading = new AbortController();
    const { signal } = this.#loading;
    this.#set({ status: this.#state.picture === null ? 'loading' : 'coarse', error: null, size: image.size });
    void this.#loadCoarse(signal);
    void this.#loadWhole(signal);
  }

  close(): void {
    this.#loading.abort();
    this.#state.picture?.close();
    this.#set({ picture: null });
  }

  get #state(): PictureState {
    return this.store.getState();
  }

  async #loadCoarse(signal: AbortSignal): Promise<void> {
    const address = this.#address('readThumbnail', { query: { side: THUMBNAIL_SIDE } });
    try {
      const bitmap = await bitmapAt(address, signal);
      const { size } = this.#state;
      if (this.#state.status !== 'loading' || size === null) bitmap.close();
      else this.#show('coarse', wholePicture([bitmap], size));
    } catch {
      // A picture without its thumbnail is only later.
    }
  }

  async #loadWhole(signal: AbortSignal): Promise<void> {
    try {
      if (this.#image.display === 'tiles') await this.#loadTiles(signal);
      else await this.#loadBitmap(signal);
    } catch (error) {
      if (!signal.aborted) this.#set({ status: 'failed', error: error as Error });
    }
  }

  async #loadBitmap(signal: AbortSignal): Promise<void> {
    const bitmap = await bitmapAt(this.#address('readDisplay', {}), signal);
    const { width, height } = bitmap;
    const bitmaps = await halvesOf(bitmap);
    if (signal.aborted) {
      for (const each of bitmaps) each.close();
      return;
    }
    const size = this.#state.size ?? { width, height };
    this.#set({ size });
    this.#show('ready', wholePicture(bitmaps, size));
  }

  async #loadTiles(signal: AbortSignal): Promise<void> {
    const response = await answerAt(this.#address('readTileDescriptor', {}), signal);
    const pyramid = parseDeepZoom(await response.text());
    signal.throwIfAborted();
    const picture = tiledPicture({
      pyramid,
      load: (tile, options) =>
        bitmapAt(
          this.#address('readTile', { params: { level: tile.level, tile: nameOfTile(tile, pyramid) } }),
          options.signal,
        ),
      onLoaded: () => this.#set({ version: this.#state.version + 1 }),
    });
    this.#set({ size: pyramid.size });
    this.#show('ready', picture);
  }

  #show(status: PictureState['status'], picture: Picture): void {
    this.#state.picture?.close();
    this.#set({ status, picture, version: this.#state.version + 1 });
  }

  #address(
    route: 'readThumbnail' | 'readDisplay' | 'readTileDescriptor' | 'readTile',
    more: {
      readonly params?: Readonly<Record<string, string | number>>;
      readonly query?: Readonly<Record<string, number>>;
    },
  ): string {
    const { datasetId, id: imageId } = this.#image;
    const params = { datasetId, imageId, ...more.params };
    return this.#client.addressOf(route, {
      params,
      ...(more.query === undefined ? {} : { query: more.query }),
    });
  }

  #set(change: Partial<PictureState>): void {
    this.store.setState(change);
  }
}

async function bitmapAt(address: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await answerAt(address, signal);
  return createImageBitmap(await response.blob());
}

/** `no-cache`: the file may have changed, and the server says at once when it has not. */
async function answerAt(address: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(address, { signal, cache: 'no-cache', credentials: 'same-origin' });
  if (!response.ok) throw pictureNotLoaded(address, response.status);
  return response;
}
