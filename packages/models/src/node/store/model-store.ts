import { join, resolve } from 'node:path';
import { builtinManifests } from '../../manifest/builtin-manifests.ts';
import type { ModelManifest } from '../../manifest/manifest.ts';
import { type PublishedCheckpoint, publishedCheckpoints } from '../../manifest/published-checkpoints.ts';
import type { ImportInput } from '../convert/import-model.ts';
import { calqueHome } from './calque-home.ts';
import { FolderModelStore } from './folder-model-store.ts';
import type { PullListener } from './pull-event.ts';
import { nodeDisk, type StoreDisk } from './store-disk.ts';
import { defaultLockTimes, type LockTimes } from './store-lock.ts';

/**
 * The models on this machine: `<home>/models/<id>/` holds a model's two files, `LICENCE.txt` and, written last,
 * `manifest.json`. A model without that marker is not installed, whatever else lies in its folder.
 *
 * Every method that takes an id rejects with `model-id-unknown` (and names the nearest id) when there is no such model.
 */
export interface ModelStore {
  /** `<home>/models`. It need not exist. */
  readonly folder: string;
  /** The manifest of an id. Throws `model-id-unknown`. */
  manifest(id: string): ModelManifest;
  /**
   * The built-in models, then those that were imported, by name; sizes are compared, nothing is hashed. What can be
   * downloaded and converted besides is in {@link ModelStore.published}.
   */
  list(): Promise<readonly StoredModel[]>;
  /** Checkpoints that {@link ModelStore.pull} downloads and converts. */
  published(): readonly PublishedCheckpoint[];
  /**
   * Makes a model of a checkpoint, or of an encoder and a decoder as ONNX files. One of the same name that was imported
   * before is replaced. Rejects with a `checkpoint-…` or `onnx-…` error, `model-id-taken`, `disk-full`,
   * `store-not-writable` or the signal's reason; nothing is left behind then.
   */
  import(input: ImportInput, options?: ImportOptions): Promise<ResolvedModel>;
  /** What an imported model answered to the probe of whoever asks, when that was noted; null where it was not. */
  probe(id: string): Promise<unknown>;
  /** Keeps what an imported model answered, to compare with later. */
  noteProbe(id: string, answer: unknown): Promise<void>;
  /**
   * Installs the model unless it is there; a published checkpoint is converted after the download. Tries the mirror (`CALQUE_MODELS_MIRROR`), then the manifest's sources.
   * Rejects with `model-download-failed` (what each source said is in the message and in `details.attempts`),
   * `disk-full`, `store-not-writable`, or the signal's reason; what remains then is at most a `.part` file that the
   * next pull resumes.
   */
  pull(id: string, options?: PullOptions): Promise<ResolvedModel>;
  /**
   * Hashes every file. Rejects with `model-not-installed`; damage is not an exception but in the report, and the
   * install is then marked damaged, so that nothing uses it and the next pull repairs it.
   */
  verify(id: string, options?: StoreCallOptions): Promise<VerifyReport>;
  /** The folder of an installed model. Rejects with `model-not-installed`. */
  path(id: string): Promise<string>;
  /** Deletes the model's folder and what an interrupted pull left; resolves to whether there was anything. */
  remove(id: string, options?: StoreCallOptions): Promise<boolean>;
  /**
   * What the engine needs to load an installed model. Cheap: sizes and modification times are compared with those of
   * the last verification, and only a file whose time changed is hashed again.
   * Rejects with `model-not-installed` or `model-damaged`.
   */
  resolve(id: string, options?: StoreCallOptions): Promise<ResolvedModel>;
  /** {@link ModelStore.resolve}, and {@link ModelStore.pull} where the model is missing or damaged. */
  ensure(id: string, options?: PullOptions): Promise<ResolvedModel>;
}

export interface StoreCallOptions {
  readonly signal?: AbortSignal;
}

export interface PullOptions extends StoreCallOptions {
  readonly onProgress?: PullListener;
}

export interface ImportOptions extends PullOptions {
  /** Default: what the checkpoint's architecture is called. */
  readonly id?: string;
}

/**
 * `incomplete`: an interrupted pull. `damaged`: installed, but a file is missing, of another size, or was found to have
 * other contents. A pull repairs either.
 */
export type ModelState = 'installed' | 'damaged' | 'incomplete' | 'absent';

export interface StoredModel {
  readonly manifest: ModelManifest;
  readonly isDefault: boolean;
  readonly state: ModelState;
  readonly folder: string;
  /** Bytes of the model's files: on disk when installed, otherwise to be downloaded. */
  readonly sizeBytes: number;
}

export interface ResolvedModel {
  readonly manifest: ModelManifest;
  readonly folder: string;
  readonly encoder: ResolvedFile;
  readonly decoder: ResolvedFile;
}

export interface ResolvedFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** What inputs and outputs are called in the file, by their name in the model's interface, where that differs. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface VerifyReport {
  readonly id: string;
  readonly folder: string;
  readonly ok: boolean;
  readonly files: readonly VerifiedFile[];
}

export interface VerifiedFile {
  readonly name: string;
  readonly ok: boolean;
  readonly expectedSha256: string;
  /** Null when the file is missing. */
  readonly actualSha256: string | null;
  /** One line, absent when the file is as it should be. */
  readonly problem?: string;
}

export interface ModelStoreOptions {
  /** Folder of everything that Calque keeps. Default: {@link calqueHome}. */
  readonly home?: string;
  /** Default: the built-in manifests. The first one is the default model. */
  readonly manifests?: readonly ModelManifest[];
  /** Default: {@link publishedCheckpoints}. */
  readonly checkpoints?: readonly PublishedCheckpoint[];
  /** Path or file:// URL of a mirror. Default: `CALQUE_MODELS_MIRROR`. */
  readonly mirror?: string;
  /** Default: `process.env`. Read for the two variables above and for npm's configuration. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What tests replace. */
export interface ModelStoreSeams {
  readonly disk?: StoreDisk;
  readonly lockTimes?: LockTimes;
}

export function createModelStore(options: ModelStoreOptions = {}, seams: ModelStoreSeams = {}): ModelStore {
  const env = options.env ?? process.env;
  const named = options.mirror ?? env['CALQUE_MODELS_MIRROR'];
  return new FolderModelStore({
    env,
    folder: join(resolve(options.home ?? calqueHome(env)), 'models'),
    manifests: options.manifests ?? builtinManifests,
    checkpoints: options.checkpoints ?? publishedCheckpoints,
    mirror: named === '' ? undefined : named,
    disk: seams.disk ?? nodeDisk,
    lockTimes: seams.lockTimes ?? defaultLockTimes,
  });
}
