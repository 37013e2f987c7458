import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** More folders than this are not watched one by one: the system has a limit, and they are looked through now and then. */
const MAX_FOLDERS = 4000;
const QUIET_MS = 300;

/**
 * Tells when something below a folder may have changed, a moment after it came to rest. One watch a folder: a file costs
 * nothing, so that a folder of 100,000 of them is watched as easily as one of ten.
 */
export class FolderWatcher {
  readonly #root: string;
  readonly #onChange: () => void;
  readonly #watches = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(root: string, onChange: () => void) {
    this.#root = root;
    this.#onChange = onChange;
  }

  /** @param folder relative, with `/`; empty for the root. */
  add(folder: string): void {
    if (this.#closed || this.#watches.has(folder) || this.#watches.size >= MAX_FOLDERS) return;
    try {
      const watcher = watch(join(this.#root, folder), { persistent: false }, (_, name) => {
        if (name === null || !name.startsWith('.')) this.#changed();
      });
      watcher.on('error', () => this.#drop(folder));
      this.#watches.set(folder, watcher);
    } catch {
      // Not every file system can be watched, and the system has only so many watches: the rescans find it later.
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watches.values()) watcher.close();
    this.#watches.clear();
  }

  #drop(folder: string): void {
    this.#watches.get(folder)?.close();
    this.#watches.delete(folder);
    this.#changed();
  }

  #changed(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onChange, QUIET_MS);
    this.#timer.unref();
  }
}
