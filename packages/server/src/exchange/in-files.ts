import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { importUnreadable } from '../errors.ts';
import type { InFiles } from './format-files.ts';

const MAX_FILES = 1_000_000;
const MAX_FILE_BYTES = 2 * 1024 ** 3;

/** A file, or all files of a folder but hidden ones; links are passed over. Rejects with `import-unreadable`. */
export async function openInFiles(path: string): Promise<InFiles> {
  try {
    const found = await stat(path);
    if (!found.isDirectory()) return { paths: [basename(path)], read: () => readBounded(path, found.size) };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    if (entries.length > MAX_FILES) throw importUnreadable(path, `it has ${entries.length} files`);
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(path, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter((name) => !name.split('/').some((part) => part.startsWith('.')))
      .sort();
    return {
      paths,
      read: async (name) => readBounded(join(path, name), (await stat(join(path, name))).size),
    };
  } catch (error) {
    throw readable(error, path);
  }
}

async function readBounded(path: string, sizeBytes: number): Promise<Buffer> {
  if (sizeBytes > MAX_FILE_BYTES) throw importUnreadable(path, `it has ${sizeBytes} bytes`);
  return readFile(path);
}

function readable(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return importUnreadable(path, 'it does not exist');
  return code === 'EACCES' || code === 'EPERM' ? importUnreadable(path, 'it may not be read') : error;
}
