import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it. Resolves to whether the folder itself was made now.
 *
 * Not `mkdir(recursive)`: on Node 20 that never returns where a file system answers "no such file" to making a folder,
 * as `/proc` does. Rejects with what the file system says.
 */
export async function makeFolder(path: string): Promise<boolean> {
  const folder = resolve(path);
  try {
    return await makeLast(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    // The folder above is there now: a second refusal is the file system's own.
    return makeLast(folder);
  }
}

async function makeLast(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && (await stat(folder)).isDirectory())
      return false;
    throw error;
  }
}
