import { isCalqueError } from '../calque-error.ts';
import type { FormatFault } from './exchange.ts';

/** What `read` gives; where it throws a CalqueError that becomes a fault at `place`, and undefined comes back. */
export function takingFaults<T>(faults: FormatFault[], place: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isCalqueError(error)) throw error;
    const { details, message, expected = '' } = error;
    const exact = typeof details['place'] === 'string' ? details['place'] : place;
    const found = typeof details['found'] === 'string' ? `found ${details['found']}` : message;
    faults.push({ place: exact, problem: found, expected });
    return undefined;
  }
}
