import { isCalqueError } from '@calque/core';
import { diskFull, storeNotWritable } from '../../errors.ts';
import type { StoreDisk } from './store-disk.ts';

const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const refusedCodes = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOENT']);

/** Does a write into the store and says in words why it failed. `neededBytes` are those still to be written. */
export async function writing<T>(
  folder: string,
  disk: StoreDisk,
  neededBytes: number,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
    if (code !== undefined && fullCodes.has(code)) {
      throw diskFull(folder, neededBytes, await disk.freeBytes(folder), cause);
    }
    if (code !== undefined && refusedCodes.has(code)) throw storeNotWritable(folder, cause);
    throw cause;
  }
}

/** Whether the store itself failed, so that no other source can help. */
export function isStoreFailure(error: unknown): boolean {
  return ['disk-full', 'store-not-writable', 'store-lock-lost'].some((code) => isCalqueError(error, code));
}
