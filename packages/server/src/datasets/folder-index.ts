import { createHash } from 'node:crypto';
import type { Storage, StoredImage } from '../storage/storage.ts';
import { naturalKey } from './natural-key.ts';
import { type FoundFile, walkFolder } from './walk-folder.ts';

export interface FolderIndexOptions {
  readonly root: string;
  readonly storage: Storage;
  readonly signal: AbortSignal;
  readonly onFolder: (folder: string) => void;
  readonly onProgress: (done: number) => void;
  /** False where an empty folder is no news of its images but a share that has gone: it is rejected. */
  readonly mayBeEmpty: boolean;
  /** Nobody has seen a list of this folder yet: what is found is not told image by image. */
  readonly isFirst: boolean;
  readonly onChange: (change: 'added' | 'changed' | 'removed', image: StoredImage) => void;
}

/** Brings the list of images up to what is in the folder, batch by batch, so that the server goes on answering. */
export async function indexFolder(options: FolderIndexOptions): Promise<void> {
  const seen = new Set<string>();
  const walk = { signal: options.signal, onFolder: options.onFolder };
  for await (const files of walkFolder(options.root, walk)) {
    for (const { path } of files) seen.add(path);
    await takeIn(files, options);
    options.onProgress(seen.size);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (seen.size === 0 && !options.mayBeEmpty) throw new Error('the folder is empty, and not the one it was');
  if (!options.isFirst) await dropMissing(seen, options);
}

async function takeIn(files: readonly FoundFile[], options: FolderIndexOptions): Promise<void> {
  const { storage, isFirst, onChange } = options;
  const known = new Map(
    (await storage.imagesAt(files.map(({ path }) => path))).map((image) => [image.path, image]),
  );
  const added = files.filter(({ path }) => !known.has(path)).map(newImage);
  await storage.addImages(added);
  if (!isFirst) for (const image of added) onChange('added', image);
  for (const file of files) {
    const image = known.get(file.path);
    if (image !== undefined && differs(image, file)) await takeChange(image, file, options);
  }
}

function differs(image: StoredImage, { sizeBytes, modifiedMs }: FoundFile): boolean {
  return image.sizeBytes !== sizeBytes || image.modifiedMs !== modifiedMs || image.problem === 'missing';
}

/** What was known of the file is forgotten; it is looked at again when it is wanted. What was made on it stays. */
async function takeChange(
  image: StoredImage,
  { sizeBytes, modifiedMs }: FoundFile,
  { storage, onChange }: FolderIndexOptions,
): Promise<void> {
  const change = {
    sizeBytes,
    modifiedMs,
    width: null,
    height: null,
    format: null,
    orientation: null,
    sha256: null,
    problem: null,
    contrast: null,
    edgeDensity: null,
  };
  await storage.changeImage(image.id, change);
  onChange('changed', { ...image, ...change });
}

/** An image with work on it stays in the list, marked; of another one nothing is lost. */
async function dropMissing(seen: ReadonlySet<string>, options: FolderIndexOptions): Promise<void> {
  const { storage, signal, onChange } = options;
  let after = '';
  for (;;) {
    signal.throwIfAborted();
    const batch = await storage.imagesAfter(after, 1000);
    const missing = batch.filter((image) => !seen.has(image.path));
    const untouched = missing.filter((image) => image.annotatedSha256 === null && image.state === 'unseen');
    await storage.removeImages(untouched.map(({ id }) => id));
    for (const image of untouched) onChange('removed', image);
    for (const image of missing) {
      if (untouched.includes(image) || image.problem === 'missing') continue;
      await storage.changeImage(image.id, { problem: 'missing' });
      onChange('changed', { ...image, problem: 'missing' });
    }
    const last = batch.at(-1);
    if (last === undefined) return;
    after = last.id;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** An image of the list that nobody has looked at yet. Its id follows from its place, so that addresses stay. */
export function newImage({ path, sizeBytes, modifiedMs }: FoundFile): StoredImage {
  return {
    id: createHash('sha256').update(path).digest('hex').slice(0, 20),
    path,
    pathKey: naturalKey(path),
    sizeBytes,
    modifiedMs,
    width: null,
    height: null,
    format: null,
    orientation: null,
    sha256: null,
    annotatedSha256: null,
    problem: null,
    state: 'unseen',
    annotationCount: 0,
    unreviewedCount: 0,
    tags: { set: [], refused: [] },
    contrast: null,
    edgeDensity: null,
    lowestScore: null,
  };
}
