import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise } from 'yauzl';
import { importUnreadable } from '../errors.ts';

const MAX_ENTRIES = 1_000_000;
const MAX_BYTES = 16 * 1024 ** 3;
/** Deflate cannot pack text of masks and label maps better than this; a file made to fill disks does. */
const MAX_RATIO = 500;

/**
 * Unpacks the files of a zip that anybody may have made into a new folder. Names that lead out of it, links, and more than can be
 * meant are refused before anything of the file is written. Rejects with `import-unreadable`.
 */
export async function unzipTo(path: string, folder: string): Promise<void> {
  let zip: Awaited<ReturnType<typeof openPromise>> | undefined;
  try {
    zip = await openPromise(path, {
      autoClose: false,
      lazyEntries: true,
      strictFileNames: true,
      validateEntrySizes: true,
    });
    if (zip.entryCount > MAX_ENTRIES) throw new Error(`it has ${zip.entryCount} entries`);
    let totalBytes = 0;
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue;
      totalBytes += entry.uncompressedSize;
      const grows = entry.uncompressedSize > MAX_RATIO * (entry.compressedSize + 1024);
      if (totalBytes > MAX_BYTES || grows) throw new Error(`${entry.fileName} grows out of proportion`);
      const target = join(folder, entry.fileName);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(target, { flags: 'wx' }));
    }
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    throw importUnreadable('the zip', message);
  } finally {
    zip?.close();
  }
}
