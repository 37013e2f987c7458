import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { imageTooLarge } from '@calque/engine';
import PQueue from 'p-queue';
import type { Dataset } from '../datasets/dataset.ts';
import { imageHasProblem, storageUnavailable } from '../errors.ts';
import type { StoredImage } from '../storage/storage.ts';
import { drawDisplay, drawThumbnail, drawTiles, measureThumbnail, needsDrawing } from './draw-pictures.ts';
import { MAX_WHOLE_PX } from './picture-settings.ts';

export type Side = 160 | 320;

/** A picture as a file; `type` is its content type. */
export interface Picture {
  readonly path: string;
  readonly type: string;
}

/**
 * Pictures of images, drawn when they are first asked for and kept in the dataset's state folder until the image
 * changes. Few are drawn at a time: a list of thousands asks for thousands.
 */
export class PictureStore {
  readonly #queue = new PQueue({ concurrency: 2 });
  readonly #drawing = new Map<string, Promise<void>>();
  readonly #measuring = new Map<string, Promise<void>>();

  /** Rejects with an `image-…` error. */
  async thumbnail(dataset: Dataset, image: StoredImage, side: Side): Promise<Picture> {
    const path = join(folderOf(dataset, image), `thumbnail-${side}.webp`);
    await this.#make(path, 1, async (target) => drawThumbnail(await dataset.pathOf(image), target, side));
    if (image.contrast === null) await this.#measure(dataset, image, path);
    return { path, type: 'image/webp' };
  }

  /** The file itself where a browser shows it as the model sees it. Rejects with an `image-…` error. */
  async display(dataset: Dataset, image: StoredImage): Promise<Picture> {
    const { width, height, format } = requireWhole(image);
    if (width * height > MAX_WHOLE_PX) {
      throw imageTooLarge(
        image.path,
        `${width} x ${height} pixels`,
        `${MAX_WHOLE_PX} pixels in one piece; ask for tiles`,
      );
    }
    const source = await dataset.pathOf(image);
    if (!(await needsDrawing(source, format))) return { path: source, type: `image/${format}` };
    const kind = format === 'jpeg' || format === 'avif' ? 'jpeg' : 'png';
    const path = join(folderOf(dataset, image), `display.${kind}`);
    await this.#make(path, 2, (target) => drawDisplay(source, target, kind));
    return { path, type: `image/${kind}` };
  }

  /** Folder of `tiles.dzi` and `tiles_files`; all tiles are made at the first call. Rejects with an `image-…` error. */
  async tiles(dataset: Dataset, image: StoredImage): Promise<string> {
    requireWhole(image);
    const path = join(folderOf(dataset, image), 'tiles');
    await this.#make(path, 2, async (target) => drawTiles(await dataset.pathOf(image), target));
    return path;
  }

  /** Resolves when nothing is being drawn. */
  async close(): Promise<void> {
    this.#queue.clear();
    await this.#queue.onIdle();
  }

  /** Once an image: many ask for its thumbnail before the list says that it was measured. */
  async #measure(dataset: Dataset, image: StoredImage, path: string): Promise<void> {
    const known =
      this.#measuring.get(path) ?? measureThumbnail(path).then((facts) => dataset.measured(image, facts));
    this.#measuring.set(path, known);
    await known.finally(() => this.#measuring.delete(path));
  }

  #make(path: string, priority: number, draw: (target: string) => Promise<void>): Promise<void> {
    const running = this.#drawing.get(path);
    if (running !== undefined) return running;
    const started = this.#makeOnce(path, priority, draw).finally(() => this.#drawing.delete(path));
    this.#drawing.set(path, started);
    return started;
  }

  async #makeOnce(path: string, priority: number, draw: (target: string) => Promise<void>): Promise<void> {
    if (await exists(path)) return;
    await this.#queue.add(
      async () => {
        await forgetOlder(dirname(path));
        const temporary = `${path}.${randomUUID()}.tmp`;
        try {
          await draw(temporary);
          await rename(temporary, path);
        } catch (error) {
          await rm(temporary, { recursive: true, force: true });
          // Another process, or a moved folder, may have put it there in between.
          if (!(await exists(path))) throw error;
        }
      },
      { priority },
    );
  }
}

/** `pictures/IMAGE/VERSION`: another version of the file has other pictures. */
function folderOf(dataset: Dataset, image: StoredImage): string {
  return join(dataset.stateFolder, 'pictures', image.id.slice(0, 2), image.id, versionOf(image));
}

/** Changes with the file; used in addresses of caches. */
export function versionOf({ sizeBytes, modifiedMs }: StoredImage): string {
  return `${sizeBytes.toString(36)}-${Math.round(modifiedMs).toString(36)}`;
}

/** Makes the folder of a version and drops those of others. */
async function forgetOlder(folder: string): Promise<void> {
  const parent = dirname(folder);
  const others = (await readdir(parent).catch(() => [])).filter((name) => join(parent, name) !== folder);
  await Promise.all(others.map((name) => rm(join(parent, name), { recursive: true, force: true })));
  // A dataset's own folder is never made: on a share that has gone for a while it would take the place of the real one.
  await access(resolve(folder, '../../../..')).catch((error: unknown) => {
    throw storageUnavailable(error);
  });
  await mkdir(folder, { recursive: true });
}

function requireWhole(image: StoredImage): { width: number; height: number; format: string } {
  const { width, height, format, problem } = image;
  if (problem !== null || width === null || height === null || format === null) {
    throw imageHasProblem(image.path, problem ?? 'unreadable');
  }
  return { width, height, format };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A file of a tile set; null where there is none. */
export async function readTile(folder: string, level: number, tile: string): Promise<Buffer | null> {
  return readFile(join(folder, 'tiles_files', String(level), tile)).catch(() => null);
}
