import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { outputFailed } from '../errors.ts';

export interface NewFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/**
 * Writes files into a folder so that either all of them are there in the end, in the given order and whole, or those
 * that were there before. Only a kill between two renames can leave a part of them; the last file of the list is then
 * missing, so that its presence vouches for the others. Throws `output-…`.
 */
export async function writeFilesAtomically(folder: string, files: readonly NewFile[]): Promise<void> {
  const asides = files.map(({ name }) => path.join(folder, `.${name}.${process.pid}.tmp`));
  let current = folder;
  try {
    for (const [i, { name, bytes }] of files.entries()) {
      current = path.join(folder, name);
      await writeWhole(asides[i] ?? current, bytes);
    }
    for (const [i, { name }] of files.entries()) {
      current = path.join(folder, name);
      await rename(asides[i] ?? current, current);
    }
  } catch (error) {
    await Promise.all(asides.map((aside) => rm(aside, { force: true })));
    throw outputFailed(current, error);
  }
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
