import { constants, copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { outputFailed } from '../errors.ts';

/** Copies the sample images to where work on them can be kept, those that are not there. @returns their folder. */
export async function prepareSamples(assetsFolder: string, home: string): Promise<string> {
  const from = path.join(assetsFolder, 'samples');
  const to = path.join(home, 'datasets', 'samples');
  try {
    await mkdir(to, { recursive: true });
    for (const name of await readdir(from)) {
      await copyFile(path.join(from, name), path.join(to, name), constants.COPYFILE_EXCL).catch(
        ignoreExisting,
      );
    }
  } catch (error) {
    throw outputFailed(to, error);
  }
  return to;
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
