import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedTensors } from '@calque/models';
import { makeFolder } from '@calque/models/node';
import { unpackEmbedding } from './embedding-file.ts';

const SUFFIX = '.embedding';
const README = `Embeddings that Calque has computed, one file per image and model, so that they need not be computed
again. Everything here can be deleted at any time. The layout is described in docs/embedding-cache.md.
`;
/** A temporary file this old belongs to a process that is gone. */
const ABANDONED_MS = 60 * 60 * 1000;

/** The disk cache of embeddings: written atomically, checked when read, bounded in bytes. Safe for many processes. */
export class EmbeddingFolder {
  readonly #folder: string;
  readonly #maxBytes: number;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  path(key: string): string {
    return join(this.#folder, `${key}${SUFFIX}`);
  }

  /** @returns null when there is none; a damaged file is deleted and counts as none. */
  async read(key: string): Promise<NamedTensors | null> {
    const path = this.path(key);
    const bytes = await readFile(path).catch(() => null);
    if (bytes === null) return null;
    const tensors = unpackEmbedding(key, bytes);
    // Where it cannot be deleted it is found damaged again: that costs time, not the result.
    if (tensors === null) await rm(path, { force: true }).catch(() => undefined);
    // The time of last use decides what is dropped first.
    else await utimes(path, new Date(), new Date()).catch(() => undefined);
    return tensors;
  }

  /** Rejects with what the file system says; the folder then holds nothing new. @returns the file's path. */
  async write(key: string, bytes: Uint8Array): Promise<string> {
    await this.#prepare();
    const temporary = join(this.#folder, `${key}.${randomUUID()}.tmp`);
    try {
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
      await rename(temporary, this.path(key));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await this.#trim(key);
    return this.path(key);
  }

  async #prepare(): Promise<void> {
    if (await makeFolder(this.#folder)) await writeFile(join(this.#folder, 'README.txt'), README);
  }

  /** Drops what was used least recently until the rest fits; the newest file stays in any case. */
  async #trim(newest: string): Promise<void> {
    const files = await this.#files();
    let total = files.reduce((sum, { name, sizeBytes }) => sum + (name.endsWith(SUFFIX) ? sizeBytes : 0), 0);
    for (const file of files.sort((a, b) => a.usedMs - b.usedMs)) {
      const abandoned = !file.name.endsWith(SUFFIX) && Date.now() - file.usedMs > ABANDONED_MS;
      const surplus =
        total > this.#maxBytes && file.name.endsWith(SUFFIX) && file.name !== `${newest}${SUFFIX}`;
      if (!abandoned && !surplus) continue;
      await rm(join(this.#folder, file.name), { force: true });
      if (surplus) total -= file.sizeBytes;
    }
  }

  async #files(): Promise<{ name: string; sizeBytes: number; usedMs: number }[]> {
    const names = (await readdir(this.#folder)).filter(
      (name) => name.endsWith(SUFFIX) || name.endsWith('.tmp'),
    );
    const found = await Promise.all(
      names.map(async (name) => {
        // Another process may have dropped it in between.
        const info = await stat(join(this.#folder, name)).catch(() => null);
        return info === null ? [] : [{ name, sizeBytes: info.size, usedMs: info.mtimeMs }];
      }),
    );
    return found.flat();
  }
}
