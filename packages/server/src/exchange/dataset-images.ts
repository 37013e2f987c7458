import type { Dataset } from '../datasets/dataset.ts';
import type { StoredImage } from '../storage/storage.ts';
import { type ImageFinder, type KnownImage, stemOf } from './format-files.ts';

/** The images of a dataset by their paths, names and stems, read once. */
export class DatasetImages implements ImageFinder {
  readonly #dataset: Dataset;
  #ids: Promise<ReadonlyMap<string, string | null>> | undefined;
  readonly #stored = new Map<string, Promise<StoredImage>>();

  constructor(dataset: Dataset) {
    this.#dataset = dataset;
  }

  async find(path: string): Promise<KnownImage | null> {
    const image = await this.stored(path);
    if (image === null || image.width === null || image.height === null) return null;
    return { path: image.path, size: { width: image.width, height: image.height } };
  }

  /** After its file was looked at; null where no image, or more than one, is called so. */
  async stored(path: string): Promise<StoredImage | null> {
    this.#ids ??= idsByName(this.#dataset);
    const ids = await this.#ids;
    const plain = path.replaceAll('\\', '/').replace(/^\.\//, '');
    const name = plain.slice(plain.lastIndexOf('/') + 1);
    const id = ids.get(plain) ?? ids.get(name) ?? null;
    if (id === null) return null;
    const known = this.#stored.get(id) ?? this.#dataset.examined(id);
    this.#stored.set(id, known);
    return known;
  }
}

/** Null where a name belongs to several. Whole paths win over names and stems. */
async function idsByName({ storage }: Dataset): Promise<ReadonlyMap<string, string | null>> {
  const ids = new Map<string, string | null>();
  const paths = new Map<string, string>();
  for (let after = ''; ; ) {
    const batch = await storage.imagesAfter(after, 1000);
    for (const { id, path } of batch) {
      paths.set(path, id);
      const name = path.slice(path.lastIndexOf('/') + 1);
      for (const called of new Set([name, stemOf(path), stemOf(name)])) {
        ids.set(called, ids.has(called) && ids.get(called) !== id ? null : id);
      }
    }
    const last = batch.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  for (const [path, id] of paths) ids.set(path, id);
  return ids;
}
