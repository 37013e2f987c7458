import { access, constants, stat } from 'node:fs/promises';
import { imageEmpty, imageIsFolder, imageMissing, imageUnreadable } from '@calque/engine';
import { hashFile } from '@calque/models/node';
import { errnoOf, reasonOf } from '../errors.ts';

/**
 * SHA-256 of an image file's bytes, lower-case hexadecimal. What is wrong with the file as a file is said here, before
 * a model is fetched or loaded for it.
 */
export async function hashImage(path: string, file: string, signal?: AbortSignal): Promise<string> {
  await checkImageFile(path, file);
  try {
    return await hashFile(file, signal);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    // It may have been removed since it was looked at.
    throw errnoOf(error) === 'ENOENT' ? imageMissing(path) : imageUnreadable(path, reasonOf(error));
  }
}

export async function checkImageFile(path: string, file: string): Promise<void> {
  const stats = await stat(file).catch((error: unknown) => {
    throw ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')
      ? imageMissing(path)
      : imageUnreadable(path, reasonOf(error));
  });
  if (stats.isDirectory()) throw imageIsFolder(path);
  // To open a pipe or a device can wait for ever.
  if (!stats.isFile()) throw imageUnreadable(path, 'it is not a regular file');
  if (stats.size === 0) throw imageEmpty(path);
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw imageUnreadable(path, reasonOf(error));
  });
}
