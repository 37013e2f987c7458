import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { outputFailed } from '../errors.ts';

export interface NewFile {
  readonly name: string;
  readonly bytes: Uint8Array | string;
}

/**
 * Writes files into a folder: each is written aside first, and when all of them are whole they are renamed in the given
 * order. Until then nothing that was there is touched. A kill or a failure between two renames leaves those before it
 * replaced and those after it as they were; where none was there before, the last of the list vouches for the others.
 * Throws `output-…`.
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
