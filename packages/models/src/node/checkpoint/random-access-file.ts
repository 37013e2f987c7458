import { type FileHandle, open, stat } from 'node:fs/promises';
import { checkpointDamaged, checkpointMissing, checkpointUnreadable } from '../../errors.ts';

/** One call of the system reads at most so much: some refuse 2 GiB at once. */
const pieceBytes = 1 << 28;

/** A file that is read at any position; every read is complete or rejects. */
export class RandomAccessFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;

  private constructor(path: string, sizeBytes: number, handle: FileHandle) {
    this.path = path;
    this.sizeBytes = sizeBytes;
    this.#handle = handle;
  }

  static async open(path: string): Promise<RandomAccessFile> {
    const failed = (cause: unknown): never => {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') throw checkpointMissing(path, cause);
      throw checkpointUnreadable(path, cause instanceof Error ? cause.message : String(cause), cause);
    };
    // Before opening: to open a pipe or a device can block for ever.
    const found = await stat(path).catch(failed);
    if (!found.isFile()) throw checkpointUnreadable(path, 'it is not a regular file');
    const handle = await open(path, 'r').catch(failed);
    return new RandomAccessFile(path, (await handle.stat()).size, handle);
  }

  /** @returns bytes that begin at the start of their own buffer */
  async read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (position < 0 || length < 0 || position + length > this.sizeBytes) {
      throw checkpointDamaged(
        this.path,
        `it ends after ${this.sizeBytes} bytes, before the ${length} bytes at ${position}`,
      );
    }
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const wanted = Math.min(pieceBytes, length - done);
      const { bytesRead } = await this.#handle.read(bytes, done, wanted, position + done);
      if (bytesRead === 0) throw checkpointDamaged(this.path, 'it became shorter while it was read');
      done += bytesRead;
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
