import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { isCalqueError } from '@calque/core';
import { makeFolder } from '@calque/models/node';
import { errnoOf, outputFailed, outputFolderRemoved, outputNamesTaken } from '../errors.ts';
import type { CliRecord } from '../segment/make-record.ts';
import { OUTPUT_LOCK_NAME, withOutputLock } from './output-lock.ts';
import { findOwn, freeName, isWhole, type ResultRequest } from './result-names.ts';
import { finishStaged, type NewFile, publishFiles, STAGING_NAME } from './staged-files.ts';

export interface NewResult {
  readonly request: ResultRequest;
  /** What stands behind the name in the files of the result, e.g. `mask.png`. */
  readonly endings: readonly string[];
  /** The files under a name; the one whose being there says that all are whole comes last. */
  readonly filesFor: (name: string) => readonly NewFile[];
  /** {@link OwnResult.revision} of what lay there when the request was begun. */
  readonly replaces: string | null;
}

export interface PublishedResult {
  readonly name: string;
  /** The record that another process wrote, where its result was taken over. */
  readonly taken: CliRecord | null;
}

/** How often a result is written again because a lock was lost in the middle: to a sleep of the machine, mostly. */
const ATTEMPTS = 5;

/**
 * The folder of `--out`. Whatever other processes do in it, each request has one result, no result replaces that of
 * another request or a file that Calque did not write, and what a killed process left is finished or removed.
 */
export class OutputFolder {
  readonly path: string;
  readonly #signal: AbortSignal;
  #pin: Pin | null = null;

  private constructor(folder: string, signal: AbortSignal) {
    this.path = folder;
    this.#signal = signal;
  }

  /** A folder that is not there yet is made when the first result is written. */
  static async open(folder: string, signal: AbortSignal): Promise<OutputFolder> {
    const output = new OutputFolder(folder, signal);
    if (await isThere(folder)) await output.#writing(() => output.#begin());
    return output;
  }

  async close(): Promise<void> {
    await this.#pin?.handle?.close();
  }

  /**
   * Writes a result, or takes over the one that another process finished since this request was begun. Resolves to
   * the name, and to the record of the other where it was taken over.
   */
  async publish(result: NewResult): Promise<PublishedResult> {
    return this.#writing(async () => {
      if (this.#pin === null) await makeFolder(this.path);
      this.#pin ??= await pinFolder(this.path);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#publishLocked(result);
        } catch (error) {
          if (!isCalqueError(error, 'output-lock-lost') || attempt === ATTEMPTS) throw error;
        }
      }
    });
  }

  /** Throws `output-folder-removed` where the folder that results went to is not there any more. */
  async confirm(): Promise<void> {
    if (this.#pin !== null && !(await isPinned(this.path, this.#pin))) throw outputFolderRemoved(this.path);
  }

  async #begin(): Promise<void> {
    // Rejects where it is a file.
    await makeFolder(this.path);
    this.#pin = await pinFolder(this.path);
    const left = await Promise.all(
      [OUTPUT_LOCK_NAME, STAGING_NAME].map((name) => isThere(path.join(this.path, name))),
    );
    if (!left.includes(true)) return;
    await withOutputLock(this.path, this.#signal, (lock) => finishStaged(this.path, lock));
  }

  async #publishLocked({ request, endings, filesFor, replaces }: NewResult): Promise<PublishedResult> {
    await this.confirm();
    return withOutputLock(this.path, this.#signal, async (lock) => {
      await finishStaged(this.path, lock);
      const own = await findOwn(this.path, request);
      const taken = own === null || own.revision === replaces ? null : own.record;
      if (own !== null && taken !== null && (await isWhole(this.path, own.name, endings))) {
        return { name: own.name, taken };
      }
      const name = own?.name ?? (await freeName(this.path, request, endings));
      if (name === null) throw outputNamesTaken(this.path, request.imagePath);
      await publishFiles(this.path, filesFor(name), lock);
      await this.confirm();
      return { name, taken: null };
    });
  }

  /** A folder that went away is said to have gone, whatever it was that failed for it. */
  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#signal.throwIfAborted();
      await this.confirm();
      throw isCalqueError(error) ? error : outputFailed(this.path, error);
    }
  }
}

interface Pin {
  readonly identity: string;
  /** Open, so that no folder that is made later gets the same identity. Null where folders cannot be opened. */
  readonly handle: FileHandle | null;
}

async function pinFolder(folder: string): Promise<Pin> {
  const handle = await open(folder, 'r').catch(() => null);
  return { handle, identity: await identityOf(folder) };
}

async function isPinned(folder: string, { identity }: Pin): Promise<boolean> {
  try {
    return (await identityOf(folder)) === identity;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
    throw outputFailed(folder, error);
  }
}

async function identityOf(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  return `${dev}:${ino}`;
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
