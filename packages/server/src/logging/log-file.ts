import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type DestinationStream, pino } from 'pino';
import { logFileUnusable } from '../errors.ts';

export interface LogFileOptions {
  readonly path: string;
  /** A file that grew beyond this is set aside as `NAME.1`, and a new one begun. */
  readonly maxBytes: number;
  /** Files set aside beyond this many are deleted, the oldest first. */
  readonly keep: number;
  /** Told once when lines cannot be written, as on a full disk. */
  readonly onFailure: (error: Error) => void;
}

const PATIENCE_MS = 5000;

type Destination = ReturnType<typeof pino.destination>;

/**
 * A log that stays within a size: `NAME`, `NAME.1` (the newest that was set aside), `NAME.2` and so on. Lines are handed to the
 * system in their order without holding up who writes them. A full disk costs lines, never the server.
 */
export class LogFile implements DestinationStream {
  readonly #options: LogFileOptions;
  readonly #path: string;
  readonly #file: Destination;
  #bytes: number;
  #turning: Promise<void> | null = null;
  #hasFailed = false;

  private constructor(options: LogFileOptions, file: Destination, bytes: number) {
    this.#options = options;
    this.#path = resolve(options.path);
    this.#file = file;
    this.#bytes = bytes;
    file.on('error', (error: Error) => this.#fail(error));
  }

  /** Rejects with `log-file-unusable`. */
  static async open(options: LogFileOptions): Promise<LogFile> {
    const path = resolve(options.path);
    const file = pino.destination({ dest: path, mkdir: true, sync: false, mode: 0o640 });
    try {
      await new Promise((ready, failed) => {
        file.once('ready', ready);
        file.once('error', failed);
      });
    } catch (error) {
      // Else it would be written at the end of the process.
      file.destroy();
      throw logFileUnusable(path, error);
    }
    return new LogFile(options, file, (await stat(path)).size);
  }

  write(line: string): void {
    this.#file.write(line);
    this.#bytes += Buffer.byteLength(line);
    if (this.#bytes > this.#options.maxBytes && this.#turning === null) this.#turning = this.#turn();
  }

  /** Resolves when what was written has been handed over. */
  async close(): Promise<void> {
    await this.#turning;
    const closed = this.#settled('close');
    this.#file.end();
    await closed;
    // What could not be written or opened would be tried once more at the end of the process.
    this.#file.destroy();
  }

  async #turn(): Promise<void> {
    try {
      await this.#shift();
      const ready = this.#settled('ready');
      this.#file.reopen();
      await ready;
    } catch (error) {
      this.#fail(error as Error);
    } finally {
      // Also where it failed: it is tried again when as much has been written once more, not with every line.
      this.#bytes = 0;
      this.#turning = null;
    }
  }

  /** A file that cannot be opened or written never says that it is ready, or closed. */
  #settled(event: 'ready' | 'close'): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(patience);
        this.#file.off('error', end);
        resolve();
      };
      const patience = setTimeout(end, PATIENCE_MS);
      this.#file.once(event, end);
      this.#file.once('error', end);
    });
  }

  /** `NAME.2` becomes `NAME.3`, `NAME.1` becomes `NAME.2`, `NAME` becomes `NAME.1`. */
  async #shift(): Promise<void> {
    const { keep } = this.#options;
    const aside = (number: number): string => `${this.#path}.${number}`;
    for (const number of (await this.#numbers()).sort((a, b) => b - a)) {
      if (number >= keep) await rm(aside(number), { force: true });
      else await rename(aside(number), aside(number + 1));
    }
    // Somebody else may have set it aside.
    if (keep > 0) await rename(this.#path, aside(1)).catch(unlessMissing);
    else await rm(this.#path, { force: true });
  }

  async #numbers(): Promise<number[]> {
    const start = `${basename(this.#path)}.`;
    return (await readdir(dirname(this.#path)))
      .filter((name) => name.startsWith(start) && /^[1-9]\d{0,8}$/.test(name.slice(start.length)))
      .map((name) => Number(name.slice(start.length)));
  }

  #fail(error: Error): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#options.onFailure(error);
  }
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
