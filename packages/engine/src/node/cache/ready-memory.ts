import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** So much is made ready in one go; a call that comes meanwhile waits for one part, some milliseconds at most. */
const PART_BYTES = 2 ** 20;
/** What every system gives memory in, or a multiple of it. */
const PAGE_BYTES = 4096;
const PAUSE_MS = 10;

/**
 * Reads files of one size, embeddings of a model, into memory that was made ready while nobody waited: on many virtual
 * machines the first touch of a page, once by the system and once by the program, costs more than all else.
 */
export class ReadyMemory {
  #ready: Buffer | null = null;
  #preparing: Promise<void> | null = null;

  /** What the next file of this many bytes finds ready. */
  get readyBytes(): number {
    return this.#ready?.length ?? 0;
  }

  /**
   * Then makes memory ready for the next file, unless that is under way.
   * Rejects with what the file system says, or with a `RangeError` where there is no memory.
   *
   * @returns the bytes of the file; the caller's own.
   */
  async readFile(path: string): Promise<Uint8Array> {
    const file = await open(path, 'r');
    let isKept = false;
    try {
      const { size } = await file.stat();
      const bytes = this.#take(size);
      const length = await readAll(file, bytes);
      isKept = this.#preparing === null;
      if (isKept) this.#preparing = this.#prepare(file, size);
      return bytes.subarray(0, length);
    } finally {
      if (!isKept) await file.close();
    }
  }

  /** Resolves when no memory is being made ready. */
  async settled(): Promise<void> {
    await this.#preparing;
  }

  #take(length: number): Buffer {
    const ready = this.#ready;
    this.#ready = null;
    return ready?.length === length ? ready : Buffer.allocUnsafeSlow(length);
  }

  /** Never rejects: where it does not succeed, the next file is read into memory that is not ready. */
  async #prepare(file: FileHandle, length: number): Promise<void> {
    try {
      await sleep(PAUSE_MS);
      const bytes = Buffer.allocUnsafeSlow(length);
      for (let at = 0; at < length; at += PART_BYTES) {
        await sleep(PAUSE_MS);
        const end = Math.min(at + PART_BYTES, length);
        await file.read(bytes, at, end - at, at);
        for (let page = at; page < end; page += PAGE_BYTES) bytes[page] = 0;
      }
      this.#ready = bytes;
    } catch {
      this.#ready = null;
    } finally {
      this.#preparing = null;
      await file.close().catch(() => undefined);
    }
  }
}

/** @returns how many bytes there were; fewer than fit where the file was cut meanwhile. */
async function readAll(file: FileHandle, bytes: Buffer): Promise<number> {
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
