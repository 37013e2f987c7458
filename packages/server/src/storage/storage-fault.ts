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
  // The library that draws pictures has the system's words, not its code.
  const isFull = NO_ROOM.includes(code ?? '') || /no space left on device/i.test(error.message);
  if (result === SQLITE.full || isFull) return diskFull(error);
  const isGone = result !== null && [SQLITE.readOnly, SQLITE.inputOutput, SQLITE.cannotOpen].includes(result);
  return isGone || NOT_WRITABLE.includes(code ?? '') ? storageUnavailable(error) : null;
}
