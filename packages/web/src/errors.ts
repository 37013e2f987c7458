import { CalqueError } from '@calque/core';

export function captureImpossible(size: string): CalqueError {
  return new CalqueError({
    code: 'capture-impossible',
    message: `the browser gives no canvas of ${size} pixels`,
    remedy: 'Close other tabs to free memory, or take the mask or the record, which need less of it.',
    details: { size },
  });
}
