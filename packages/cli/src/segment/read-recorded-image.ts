import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { imageChanged, imageMissing, imageUnreadable } from '@calque/engine';
import { errnoOf, reasonOf, withRemedy } from '../errors.ts';
import type { CliRecord } from './make-record.ts';

/**
 * The bytes of the image that the engine has decoded already, and nothing else: the file may have been replaced or
 * removed since. Throws `image-missing`, `image-changed` or `image-unreadable`.
 */
export async function readRecordedImage(
  file: string,
  { path, sha256 }: Pick<CliRecord['image'], 'path' | 'sha256'>,
): Promise<Uint8Array> {
  const bytes = await readIfFile(file).catch((error: unknown) => {
    throw ['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')
      ? withRemedy(imageMissing(path), 'It was there when the command began: put it back and run again')
      : imageUnreadable(path, reasonOf(error));
  });
  if (bytes !== null && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw withRemedy(imageChanged(path), 'Run the command again');
}

/** To open the pipe or device that took its place could wait for ever. */
async function readIfFile(file: string): Promise<Uint8Array | null> {
  return (await stat(file)).isFile() ? readFile(file) : null;
}
