import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hashFile } from '@calque/models/node';
import { modelLoadFailed } from '../../errors.ts';

export interface ModelFileIdentity {
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * A model file that a process is about to load. The store has verified it before the first load; a process that takes the
 * place of a lost one, perhaps days later, must not run other weights under the same name.
 */
export class ModelFile {
  readonly #file: ModelFileIdentity;
  #verified: string | undefined;

  constructor(file: ModelFileIdentity) {
    this.#file = file;
  }

  /** Rejects with `model-load-failed` when the file has gone or has another content. Hashes only a file that was touched. */
  async check(): Promise<void> {
    const { path, sha256 } = this.#file;
    const looks = looksOf(await stat(path).catch((error: unknown) => this.#refuse(String(error))));
    this.#verified ??= looks;
    if (looks === this.#verified) return;
    const found = await hashFile(path).catch((error: unknown) => this.#refuse(String(error)));
    if (found !== sha256) this.#refuse('it was replaced while the engine ran');
    this.#verified = looks;
  }

  #refuse(reason: string): never {
    throw modelLoadFailed(this.#file.path, reason);
  }
}

function looksOf({ dev, ino, size, mtimeMs }: Stats): string {
  return `${dev} ${ino} ${size} ${mtimeMs}`;
}
