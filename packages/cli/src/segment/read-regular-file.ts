import { readFile, stat } from 'node:fs/promises';

/** The whole content. A pipe or a device is refused: to open one can wait for ever, and no signal ends that. */
export async function readRegularFile(file: string): Promise<Uint8Array> {
  const stats = await stat(file);
  if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is not a regular file');
  return readFile(file);
}
