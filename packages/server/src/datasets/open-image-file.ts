import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { isCalqueError } from '@calque/core';
import { imageMissing, imageUnreadable } from '@calque/engine';
import { imageOutside } from '../errors.ts';
import { isInside } from './walk-folder.ts';

/**
 * The absolute path, without links, of a file of a dataset. Rejects with `image-missing`, `image-unreadable` or, where a
 * link leads out of the folder, `image-outside`.
 */
export async function resolveImagePath(root: string, path: string): Promise<string> {
  const target = await realpath(join(root, path)).catch((error: unknown) => {
    throw asImageError(error, path);
  });
  if (!isInside(root, target)) throw imageOutside(path);
  return target;
}

/** The file, opened to read; the caller closes it. Rejects as {@link resolveImagePath}. */
export async function openImageFile(root: string, path: string): Promise<FileHandle> {
  const target = await resolveImagePath(root, path);
  try {
    // Not through a link that was put there in between, and not waiting for the other end of a pipe.
    const handle = await open(
      target,
      constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
    );
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw asImageError(error, path);
  }
  throw imageUnreadable(path, 'it is not a regular file');
}

function asImageError(error: unknown, path: string): unknown {
  if (isCalqueError(error)) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return imageMissing(path);
  return imageUnreadable(path, code ?? String(error));
}
