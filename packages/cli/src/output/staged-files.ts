import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isCalqueError } from '@calque/core';
import { errnoOf, outputFailed } from '../errors.ts';
import type { OutputLock } from './output-lock.ts';

export interface NewFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/** Folder in the output folder in which files are whole before they get their names. */
export const STAGING_NAME = '.calque.writing';
/** Written last: the names of the files that are whole, in the order in which they are renamed. */
const COMMIT_NAME = 'commit';

/**
 * Puts files under their names, all or none: each is written aside, then the list of them, then they are renamed in
 * the given order. A process that is killed before the list was written leaves nothing under a name; after it,
 * {@link finishStaged} of the next process renames the rest. Throws `output-…`. The folder's lock must be held.
 */
export async function publishFiles(
  folder: string,
  files: readonly NewFile[],
  lock: OutputLock,
): Promise<void> {
  const names = files.map(({ name }) => name);
  const staging = path.join(folder, STAGING_NAME);
  const renamed: string[] = [];
  let current = staging;
  try {
    await mkdir(staging);
    for (const { name, bytes } of files) {
      current = path.join(folder, name);
      await lock.check();
      await writeWhole(path.join(staging, name), bytes);
    }
    await writeWhole(path.join(staging, COMMIT_NAME), JSON.stringify(names));
    for (const name of names) {
      current = path.join(folder, name);
      await lock.check();
      await rename(path.join(staging, name), current);
      renamed.push(name);
    }
    await rm(staging, { recursive: true });
  } catch (error) {
    // Another process owns what lies there now; and what has begun to appear is finished by the next one.
    if (isCalqueError(error)) throw error;
    if (renamed.length === 0) await discard(staging);
    throw outputFailed(current, error);
  }
}

/** Finishes or removes what a killed process left. The folder's lock must be held. */
export async function finishStaged(folder: string, lock: OutputLock): Promise<void> {
  const staging = path.join(folder, STAGING_NAME);
  const left = await readdir(staging).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw outputFailed(staging, error);
  });
  if (left === null) return;
  try {
    for (const name of await committedNames(staging, left)) {
      await lock.check();
      await rename(path.join(staging, name), path.join(folder, name));
    }
    await rm(staging, { recursive: true });
  } catch (error) {
    throw isCalqueError(error) ? error : outputFailed(staging, error);
  }
}

/** Of the files that are left: nothing where the list was not written whole. */
async function committedNames(staging: string, left: readonly string[]): Promise<readonly string[]> {
  if (!left.includes(COMMIT_NAME)) return [];
  const text = await readFile(path.join(staging, COMMIT_NAME), 'utf8');
  try {
    const names: unknown = JSON.parse(text);
    if (!Array.isArray(names)) return [];
    return names.filter((name) => typeof name === 'string' && left.includes(name));
  } catch {
    // Its writer was killed within the list: no file had its name yet.
    return [];
  }
}

/** In a folder that may not be written any more this fails, too; the next process that may does it. */
async function discard(staging: string): Promise<void> {
  await rm(staging, { recursive: true, force: true }).catch(() => undefined);
}

/** Flushed before it is renamed: a disk that is full or fails says so here and not after the name was given. */
async function writeWhole(file: string, bytes: Uint8Array | string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}
