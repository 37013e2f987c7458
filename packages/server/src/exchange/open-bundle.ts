import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openArchive, type UnpackOptions } from '../archive/open-archive.ts';
import { bundleTargetTaken } from '../errors.ts';
import { openSqliteStorage } from '../storage/sqlite/sqlite-storage.ts';
import { BUNDLE } from './bundle-kind.ts';

export interface OpenedBundle {
  readonly name: string;
  readonly images: number;
}

/**
 * Unpacks a bundle as a folder that is a dataset. `target` must not be there, or be empty; it appears whole, with every file
 * compared with its hash, or not at all. Nothing is written outside it, whatever the zip says. The copy is a dataset of its
 * own: it gets an id that both can be open at once. Rejects with `bundle-invalid` or `bundle-target-taken`.
 */
export async function openBundle(
  path: string,
  target: string,
  options: UnpackOptions,
): Promise<OpenedBundle> {
  await requireFree(target);
  const archive = await openArchive(path, BUNDLE);
  const partial = `${target}.${randomUUID()}.partial`;
  try {
    const { name, files } = archive.manifest;
    await mkdir(partial, { recursive: true });
    await archive.unpack(partial, placeOf, options);
    await takeOwnId(join(partial, '.calque', 'calque.sqlite'));
    await rmdir(target).catch(() => undefined);
    await rename(partial, target);
    return { name, images: files.filter((file) => file.path.startsWith('images/')).length };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    archive.close();
  }
}

async function requireFree(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw bundleTargetTaken(target);
    throw error;
  });
  if (names.length > 0) throw bundleTargetTaken(target);
}

/** `images/…` lies in the folder itself, `state/…` in its `.calque`. */
function placeOf(path: string): string {
  return path.startsWith('state/')
    ? join('.calque', path.slice('state/'.length))
    : path.slice('images/'.length);
}

async function takeOwnId(database: string): Promise<void> {
  const storage = await openSqliteStorage(database);
  try {
    await storage.changeSetting('dataset-id', randomUUID());
  } finally {
    await storage.close();
  }
}
