import { setTimeout as sleep } from 'node:timers/promises';

/** So much is made ready in one go; a call that comes meanwhile waits for one part, some milliseconds at most. */
const PART_BYTES = 2 ** 20;
/** What every system gives memory in, or a multiple of it. */
const PAGE_BYTES = 4096;
const PAUSE_MS = 10;

/**
 * Memory for the embedding that comes next, asked for while nobody waits: on many virtual machines the first touch of a
 * page costs more than all else that is done with it.
 */
export class SpareMemory {
  #ready: Buffer | null = null;
  #wanted = 0;

  /** @returns `length` bytes, whatever they hold; the caller's own from now on. */
  take(length: number): Buffer {
    const ready = this.#ready;
    this.#ready = null;
    return ready?.length === length ? ready : Buffer.allocUnsafeSlow(length);
  }

  /** Makes `length` bytes ready, part by part; what was being made ready for another length is let go. */
  async prepare(length: number): Promise<void> {
    if (this.#ready?.length === length || this.#wanted === length) return;
    this.#wanted = length;
    this.#ready = null;
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let at = 0; at < length; at += PART_BYTES) {
      await sleep(PAUSE_MS);
      if (this.#wanted !== length) return;
      for (let page = at; page < Math.min(at + PART_BYTES, length); page += PAGE_BYTES) bytes[page] = 0;
    }
    this.#wanted = 0;
    this.#ready = bytes;
  }
}
