import type { CalqueError } from '@calque/core';
import { diskFull, storageUnavailable } from '../errors.ts';
import { resultCodeOf, SQLITE } from './sqlite/result-code.ts';

const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const NOT_WRITABLE = ['EROFS', 'EIO', 'ESTALE'];

/** What a disk that does not take, or no longer gives, what is on it comes to; null for any other error. */
export function storageFault(error: unknown): CalqueError | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as NodeJS.ErrnoException;
  const result = resultCodeOf(error);
  if (result === SQLITE.full || NO_ROOM.includes(code ?? '')) return diskFull(error);
  const isGone = result !== null && [SQLITE.readOnly, SQLITE.inputOutput, SQLITE.cannotOpen].includes(result);
  return isGone || NOT_WRITABLE.includes(code ?? '') ? storageUnavailable(error) : null;
}
