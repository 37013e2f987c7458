import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { makeTemporaryFolder, type TemporaryFolder } from '../temporary-folder.ts';

/**
 * Passes texts on in the order of their indices, whatever the order in which they come. Texts that must wait do so in
 * a temporary file: with thousands of them, each of some kilobytes, memory stays flat.
 */
export class OrderedOutput {
  readonly #write: (text: string) => Promise<void>;
  readonly #waiting = new Map<number, Spooled | null>();
  #spool: Spool | null = null;
  #next = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(write: (text: string) => Promise<void>) {
    this.#write = write;
  }

  /**
   * `text` null: this index has nothing to say, those after it need not wait. Calls may overlap; they are carried out
   * one after the other. Rejects with what the writing rejects with.
   */
  put(index: number, text: string | null): Promise<void> {
    const done = this.#last.then(() => this.#place(index, text));
    // The failure is that of its caller; whoever comes next finds a usable chain.
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #place(index: number, text: string | null): Promise<void> {
    if (index !== this.#next) {
      this.#waiting.set(index, text === null ? null : await this.#keep(text));
      return;
    }
    if (text !== null) await this.#write(text);
    this.#next += 1;
    await this.#passOn();
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#spool?.handle.close();
    await this.#spool?.folder.remove();
    this.#spool = null;
  }

  async #passOn(): Promise<void> {
    for (let kept = this.#waiting.get(this.#next); kept !== undefined; kept = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      if (kept !== null) await this.#write(await this.#restore(kept));
      this.#next += 1;
    }
  }

  async #keep(text: string): Promise<Spooled> {
    this.#spool ??= await createSpool();
    const bytes = Buffer.from(text);
    const offset = this.#spool.length;
    await this.#spool.handle.write(bytes, 0, bytes.length, offset);
    this.#spool.length += bytes.length;
    return { offset, length: bytes.length };
  }

  async #restore({ offset, length }: Spooled): Promise<string> {
    const bytes = Buffer.alloc(length);
    await this.#spool?.handle.read(bytes, 0, length, offset);
    return bytes.toString('utf8');
  }
}

interface Spooled {
  readonly offset: number;
  readonly length: number;
}

interface Spool {
  readonly folder: TemporaryFolder;
  readonly handle: FileHandle;
  length: number;
}

async function createSpool(): Promise<Spool> {
  const folder = await makeTemporaryFolder();
  return { folder, handle: await open(path.join(folder.path, 'waiting'), 'wx+'), length: 0 };
}
