import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { modelFileCut, modelHashMismatch, modelSizeMismatch } from '../../errors.ts';
import { type FileIdentity, fileSize, hashFile, hashFileInto, type WantedFile } from './file-identity.ts';
import type { ProgressMeter } from './progress-meter.ts';
import type { StoreDisk } from './store-disk.ts';
import { writing } from './store-error.ts';

export interface StagingParts {
  readonly folder: string;
  readonly wanted: readonly WantedFile[];
  readonly disk: StoreDisk;
  readonly meter: ProgressMeter;
  readonly signal: AbortSignal;
}

export interface ReceiveOptions {
  /** Go on after the bytes that are there; otherwise they are dropped. */
  readonly append?: boolean;
  /** Kept beside a part that is begun, see {@link Staging.partNote}. */
  readonly note?: string;
}

/**
 * The folder of a model while it is being filled. Bytes go to `<name>.part`; a file has its own name only once its
 * size and hash are right and it is on the disk. Used under the model's lock alone.
 */
export class Staging {
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly #wanted: readonly WantedFile[];
  readonly #disk: StoreDisk;
  readonly #meter: ProgressMeter;
  readonly #complete = new Set<string>();

  constructor(parts: StagingParts) {
    this.folder = parts.folder;
    this.signal = parts.signal;
    this.#wanted = parts.wanted;
    this.#disk = parts.disk;
    this.#meter = parts.meter;
  }

  /** What neither lies there as it will be installed nor as the sources hold it. */
  missing(): readonly WantedFile[] {
    return this.#wanted.filter(({ installed, source }) => !this.has(installed) && !this.has(source));
  }

  has(file: FileIdentity): boolean {
    return this.#complete.has(file.name);
  }

  pathOf(file: FileIdentity): string {
    return join(this.folder, file.name);
  }

  /** Finds what an earlier pull finished; what has another size or hash is deleted. */
  async scan(onVerifying: (file: string) => void): Promise<void> {
    for (const { installed, source } of this.#wanted) {
      for (const file of new Set([installed, source])) await this.#scanFile(file, onVerifying);
    }
  }

  async #scanFile(file: FileIdentity, onVerifying: (file: string) => void): Promise<void> {
    const size = await fileSize(this.pathOf(file));
    if (size === undefined) return;
    if (size === file.sizeBytes) {
      onVerifying(file.name);
      if ((await hashFile(this.pathOf(file), this.signal)) === file.sha256) return this.#completed(file);
    }
    await rm(this.pathOf(file), { force: true });
  }

  #completed(file: FileIdentity): void {
    this.#complete.add(file.name);
    this.#meter.place(this.#progressName(file), this.#progressBytes(file));
  }

  /** Bytes of an earlier, interrupted transfer. */
  async partBytes(file: FileIdentity): Promise<number> {
    const size = (await fileSize(this.#partPath(file))) ?? 0;
    return size < file.sizeBytes ? size : 0;
  }

  /** What a source noted beside the part, to know whether it can go on; undefined when there is nothing. */
  async partNote(file: FileIdentity): Promise<string | undefined> {
    return readFile(this.#notePath(file), 'utf8').catch(() => undefined);
  }

  async dropPart(file: FileIdentity): Promise<void> {
    await rm(this.#partPath(file), { force: true });
    await rm(this.#notePath(file), { force: true });
    this.#meter.place(this.#progressName(file), 0);
  }

  /**
   * Writes a file from its bytes, hashing on the way, and puts it in place if size and hash are right. A transfer
   * that stops short leaves the part; one that turns out wrong leaves nothing.
   */
  async receive(
    file: FileIdentity,
    chunks: AsyncIterable<Uint8Array>,
    options: ReceiveOptions = {},
  ): Promise<void> {
    const hash = createHash('sha256');
    const kept = options.append === true ? await this.partBytes(file) : 0;
    if (kept === 0) await this.#beginPart(file, options.note);
    else await hashFileInto(hash, this.#partPath(file), this.signal);
    const handle = await this.#write(file, () => this.#disk.open(this.#partPath(file), 'a'));
    try {
      await this.#writeChunks(file, chunks, handle, hash, kept);
      await this.#write(file, () => handle.sync());
    } finally {
      await handle.close();
    }
    await this.#accept(file, hash.digest('hex'));
  }

  async #beginPart(file: FileIdentity, note: string | undefined): Promise<void> {
    await this.dropPart(file);
    if (note !== undefined) await this.#write(file, () => writeFile(this.#notePath(file), note));
  }

  async #writeChunks(
    file: FileIdentity,
    chunks: AsyncIterable<Uint8Array>,
    handle: FileHandle,
    hash: Hash,
    kept: number,
  ): Promise<void> {
    const progressName = this.#progressName(file);
    this.#meter.place(progressName, kept);
    let bytes = kept;
    for await (const chunk of chunks) {
      this.signal.throwIfAborted();
      bytes += chunk.length;
      if (bytes > file.sizeBytes) {
        await this.dropPart(file);
        throw modelSizeMismatch(file.name, file.sizeBytes, `more than ${file.sizeBytes} bytes`);
      }
      hash.update(chunk);
      await this.#write(file, () => writeAll(handle, chunk));
      this.#meter.receive(progressName, chunk.length);
    }
    this.signal.throwIfAborted();
    if (bytes < file.sizeBytes) throw modelFileCut(file.name, file.sizeBytes, bytes);
  }

  async #accept(file: FileIdentity, sha256: string): Promise<void> {
    if (sha256 !== file.sha256) {
      await this.dropPart(file);
      throw modelHashMismatch(file.name, file.sha256, sha256);
    }
    await this.#write(file, () => rename(this.#partPath(file), this.pathOf(file)));
    await rm(this.#notePath(file), { force: true });
    this.#completed(file);
    this.#meter.report(this.#progressName(file));
  }

  #write<T>(file: FileIdentity, write: () => Promise<T>): Promise<T> {
    return writing(this.folder, this.#disk, Math.max(file.sizeBytes, this.#openBytes()), write);
  }

  /** Bytes of all files that are not complete. */
  #openBytes(): number {
    return this.missing().reduce((sum, { source }) => sum + source.sizeBytes, 0);
  }

  /** Progress counts in the bytes of the sources: a derived file stands for the file that it is made of. */
  #progressName(file: FileIdentity): string {
    return this.#wantedOf(file).source.name;
  }

  #progressBytes(file: FileIdentity): number {
    return this.#wantedOf(file).source.sizeBytes;
  }

  #wantedOf(file: FileIdentity): WantedFile {
    const found = this.#wanted.find(
      ({ installed, source }) => installed.name === file.name || source.name === file.name,
    );
    return found ?? { installed: file, source: file };
  }

  #partPath(file: FileIdentity): string {
    return `${this.pathOf(file)}.part`;
  }

  #notePath(file: FileIdentity): string {
    return `${this.pathOf(file)}.part.json`;
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let offset = 0; offset < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, offset, chunk.length - offset);
    offset += bytesWritten;
  }
}
