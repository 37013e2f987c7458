import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { sortable } from './natural-key.ts';

/** A file of a dataset as the folder shows it. */
export interface FoundFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface WalkOptions {
  readonly signal: AbortSignal;
  /** Called for every folder that is walked, the first one included; relative, with `/`. */
  readonly onFolder: (folder: string) => void;
}

const IMAGE_NAME = /\.(jpe?g|png|webp|tiff?|avif)$/i;
const FIRST_BATCH = 128;
const BATCH = 500;

/** By its name alone: what is in the file is looked at when it is wanted. */
export function isImageName(name: string): boolean {
  return IMAGE_NAME.test(name) && !name.startsWith('.');
}

/**
 * The image files below a folder in batches, in the order of `naturalKey`; the first batch is small, so that something can be
 * shown. Hidden files and folders are passed over; a link counts where it leads to a file in the folder.
 */
export async function* walkFolder(root: string, options: WalkOptions): AsyncGenerator<readonly FoundFile[]> {
  let waiting: string[] = [];
  let size = FIRST_BATCH;
  for await (const path of pathsBelow(root, '', options)) {
    waiting.push(path);
    if (waiting.length < size) continue;
    yield await found(root, waiting);
    waiting = [];
    size = BATCH;
    options.signal.throwIfAborted();
  }
  if (waiting.length > 0) yield await found(root, waiting);
}

async function* pathsBelow(root: string, folder: string, options: WalkOptions): AsyncGenerator<string> {
  options.onFolder(folder);
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error: unknown) => {
    // The folder itself must be there; one inside it may go, or be closed to us.
    if (folder === '') throw error;
    return [];
  });
  const wanted = entries.flatMap((entry) => {
    if (entry.name.startsWith('.')) return [];
    const isFolder = entry.isDirectory();
    if (!isFolder && !isImageName(entry.name)) return [];
    return [
      {
        entry,
        isFolder,
        key: `${sortable(entry.name)}${isFolder ? '\u0002' : '\u0001'}`,
      },
    ];
  });
  wanted.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.entry.name < b.entry.name ? -1 : 1));
  for (const { entry, isFolder } of wanted) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (isFolder) yield* pathsBelow(root, path, options);
    else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsInside(root, path)))) yield path;
  }
}

async function leadsInside(root: string, path: string): Promise<boolean> {
  const target = await realpath(join(root, path)).catch(() => null);
  return target !== null && isInside(root, target);
}

/** Whether an absolute path without links lies in a folder without links. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !/^([A-Za-z]:|[\\/])/.test(way);
}

/** Those that are still there, as files. */
export async function found(root: string, paths: readonly string[]): Promise<readonly FoundFile[]> {
  const files = await Promise.all(
    paths.map(async (path) => {
      const info = await stat(join(root, path)).catch(() => null);
      if (info?.isFile() !== true) return [];
      return [{ path, sizeBytes: info.size, modifiedMs: info.mtimeMs }];
    }),
  );
  return files.flat();
}
