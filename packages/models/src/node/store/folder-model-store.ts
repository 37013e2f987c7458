import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isCalqueError } from '@calque/core';
import {
  importedModelDamaged,
  modelDamaged,
  modelIdTaken,
  modelIdUnknown,
  modelNotInstalled,
} from '../../errors.ts';
import type { ModelFile, ModelManifest } from '../../manifest/manifest.ts';
import { nearestId } from '../../manifest/nearest-id.ts';
import type { PublishedCheckpoint } from '../../manifest/published-checkpoints.ts';
import type { ImportInput, PreparedImport } from '../convert/import-model.ts';
import { makeFolder } from '../make-folder.ts';
import { downloadCheckpoint } from './download-checkpoint.ts';
import { type FileIdentity, fileSize, hashFile, installedBytes, wantedFiles } from './file-identity.ts';
import { importedManifests } from './imported-models.ts';
import { checkModelId, installImport } from './install-import.ts';
import {
  dropInstallMarker,
  type InstallMarker,
  installedFile,
  readInstallMarker,
  writeInstallMarker,
} from './install-marker.ts';
import type {
  ImportOptions,
  ModelState,
  ModelStore,
  PullOptions,
  ResolvedFile,
  ResolvedModel,
  StoreCallOptions,
  StoredModel,
  VerifiedFile,
  VerifyReport,
} from './model-store.ts';
import type { Environment } from './npm-options.ts';
import { pullModel } from './pull-model.ts';
import type { StoreDisk } from './store-disk.ts';
import { writing } from './store-error.ts';
import { type LockTimes, type StoreLock, takeStoreLock } from './store-lock.ts';

export interface FolderModelStoreParts {
  /** Holds one folder a model, and its lock beside it. */
  readonly folder: string;
  readonly manifests: readonly ModelManifest[];
  readonly checkpoints: readonly PublishedCheckpoint[];
  readonly mirror: string | undefined;
  readonly env: Environment;
  readonly disk: StoreDisk;
  readonly lockTimes: LockTimes;
}

export class FolderModelStore implements ModelStore {
  readonly folder: string;
  readonly #parts: FolderModelStoreParts;

  constructor(parts: FolderModelStoreParts) {
    this.folder = parts.folder;
    this.#parts = parts;
  }

  manifest(id: string): ModelManifest {
    const manifests = this.#manifests();
    const found = manifests.find((manifest) => manifest.id === id);
    if (found !== undefined) return found;
    const { checkpoints } = this.#parts;
    if (checkpoints.some((checkpoint) => checkpoint.id === id)) throw modelNotInstalled(id, this.folder);
    const known = [...new Set([...manifests, ...checkpoints].map((each) => each.id))];
    throw modelIdUnknown(id, known, nearestId(id, known));
  }

  #manifests(): readonly ModelManifest[] {
    const { manifests } = this.#parts;
    const imported = importedManifests(this.folder);
    return [...manifests, ...imported.filter(({ id }) => manifests.every((known) => known.id !== id))];
  }

  published(): readonly PublishedCheckpoint[] {
    return this.#parts.checkpoints;
  }

  async list(): Promise<readonly StoredModel[]> {
    return Promise.all(
      this.#manifests().map(async (manifest, index) => ({
        manifest,
        isDefault: index === 0,
        state: await this.#state(manifest),
        folder: this.#folderOf(manifest),
        sizeBytes: installedBytes(manifest),
      })),
    );
  }

  async pull(id: string, options: PullOptions = {}): Promise<ResolvedModel> {
    const { manifests, checkpoints } = this.#parts;
    const checkpoint = checkpoints.find((each) => each.id === id);
    if (checkpoint !== undefined && manifests.every((known) => known.id !== id))
      return this.#pullCheckpoint(checkpoint, options);
    const manifest = this.manifest(id);
    if (manifest.imported !== undefined) return this.#resolveImported(manifest, options);
    const folder = this.#folderOf(manifest);
    const listener = options.onProgress ?? (() => undefined);
    const ready = (): Promise<ResolvedModel | undefined> => this.#resolveIfWhole(id, options);
    const before = await ready();
    const lock =
      before === undefined ? await this.#lock(id, installedBytes(manifest), options, ready) : undefined;
    try {
      const present = before ?? (await ready());
      if (present === undefined && lock !== undefined) {
        const { mirror, env, disk } = this.#parts;
        await pullModel({ manifest, folder, mirror, env, disk, listener, signal: lock.signal });
      }
      listener({ kind: 'done', id, folder, alreadyInstalled: present !== undefined });
      return present ?? (await this.resolve(id, options));
    } finally {
      await lock?.release();
    }
  }

  async #resolveImported(manifest: ModelManifest, options: PullOptions): Promise<ResolvedModel> {
    const { id, imported } = manifest;
    const found = await this.#resolveIfWhole(id, options);
    if (found === undefined) throw importedModelDamaged(id, imported?.files.map(({ name }) => name) ?? []);
    options.onProgress?.({ kind: 'done', id, folder: found.folder, alreadyInstalled: true });
    return found;
  }

  async import(input: ImportInput, options: ImportOptions = {}): Promise<ResolvedModel> {
    if (options.id !== undefined) this.#checkNewId(options.id, undefined);
    const checkpoint = await this.#namedCheckpoint(input);
    if (checkpoint !== undefined) return this.#importPublished(checkpoint, input, options);
    const { prepareImport } = await import('../convert/import-model.ts');
    const name = input.paths.map((path) => basename(path)).join(' and ');
    const onHashing = (file: string): void =>
      options.onProgress?.({ kind: 'verifying', id: options.id ?? name, file });
    const prepared = await prepareImport(input, { ...options, onHashing });
    try {
      const id = options.id ?? this.#freeId(prepared);
      this.#checkNewId(id, prepared);
      await this.#installAlone(prepared, id, `${name}, imported`, options);
      return await this.resolve(id, options);
    } finally {
      await prepared.close();
    }
  }

  #checkNewId(id: string, prepared: PreparedImport | undefined): void {
    checkModelId(id);
    if (this.#isTaken(id, prepared)) throw modelIdTaken(id);
  }

  /** The name of a model that can be downloaded means that model: only its own checkpoint may be imported so. */
  #isTaken(id: string, prepared: PreparedImport | undefined): boolean {
    const { manifests, checkpoints } = this.#parts;
    if (manifests.some((manifest) => manifest.id === id)) return true;
    const named = checkpoints.find((checkpoint) => checkpoint.id === id);
    return named !== undefined && prepared !== undefined && prepared.exactlySha256 !== named.sha256;
  }

  /** The published checkpoint that was meant where its id stands for a path. */
  async #namedCheckpoint({ paths }: ImportInput): Promise<PublishedCheckpoint | undefined> {
    const [path = '', more] = paths;
    if (more !== undefined || (await fileSize(path)) !== undefined) return undefined;
    return this.#parts.checkpoints.find(({ id }) => id === path);
  }

  async #importPublished(
    checkpoint: PublishedCheckpoint,
    input: ImportInput,
    options: ImportOptions,
  ): Promise<ResolvedModel> {
    const { mirror, env, disk } = this.#parts;
    const listener = options.onProgress ?? (() => undefined);
    const folder = join(this.folder, `${checkpoint.id}.download`);
    const lock = await this.#lock(`${checkpoint.id}.download`, 0, options, async () => undefined);
    try {
      const signal = lock?.signal ?? new AbortController().signal;
      const path = await downloadCheckpoint({ checkpoint, folder, mirror, env, disk, listener, signal });
      const model = await this.import({ ...input, paths: [path] }, options);
      await rm(folder, { recursive: true, force: true });
      return model;
    } finally {
      await lock?.release();
    }
  }

  #freeId(prepared: PreparedImport): string {
    return this.#isTaken(prepared.id, prepared) ? `${prepared.id}-imported` : prepared.id;
  }

  /** Puts a prepared model into its place, while no other process does. */
  async #installAlone(
    prepared: PreparedImport,
    id: string,
    installedFrom: string,
    options: PullOptions,
  ): Promise<void> {
    const { disk } = this.#parts;
    const listener = options.onProgress ?? (() => undefined);
    const lock = await this.#lock(id, prepared.neededBytes, options, async () => undefined);
    try {
      const signal = lock?.signal ?? new AbortController().signal;
      await installImport({ prepared, id, folder: this.folder, installedFrom, disk, listener, signal });
    } finally {
      await lock?.release();
    }
    listener({ kind: 'done', id, folder: join(this.folder, id), alreadyInstalled: false });
  }

  async #pullCheckpoint(checkpoint: PublishedCheckpoint, options: PullOptions): Promise<ResolvedModel> {
    const { id } = checkpoint;
    const ready = (): Promise<ResolvedModel | undefined> => this.#resolveIfWhole(id, options);
    const before = await ready();
    // The lock of the download comes first, as in an import by id: both may want the other one then.
    const lock = before === undefined ? await this.#lock(`${id}.download`, 0, options, ready) : undefined;
    try {
      const present = before ?? (await ready());
      if (present !== undefined || lock === undefined) {
        options.onProgress?.({ kind: 'done', id, folder: join(this.folder, id), alreadyInstalled: true });
        return present ?? (await this.resolve(id, options));
      }
      await this.#convertDownload(checkpoint, options, lock.signal);
      return await this.resolve(id, options);
    } finally {
      await lock?.release();
    }
  }

  async #convertDownload(
    checkpoint: PublishedCheckpoint,
    options: PullOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const { mirror, env, disk } = this.#parts;
    const listener = options.onProgress ?? (() => undefined);
    const folder = join(this.folder, `${checkpoint.id}.download`);
    const path = await downloadCheckpoint({ checkpoint, folder, mirror, env, disk, listener, signal });
    const { prepareImport } = await import('../convert/import-model.ts');
    const prepared = await prepareImport({ paths: [path] }, { signal });
    try {
      const { host } = new URL(checkpoint.url);
      const from = `${basename(path)} of ${host}`;
      await this.#installAlone(prepared, checkpoint.id, from, { ...options, signal });
    } finally {
      await prepared.close();
    }
    // A download that could not be converted stays: the next attempt needs no other.
    await rm(folder, { recursive: true, force: true });
  }

  async probe(id: string): Promise<unknown> {
    return (await this.#markerOf(this.manifest(id)))?.probe ?? null;
  }

  async noteProbe(id: string, answer: unknown): Promise<void> {
    const manifest = this.manifest(id);
    const folder = this.#folderOf(manifest);
    const marker = await this.#markerOf(manifest);
    if (marker === undefined) throw modelNotInstalled(id, this.folder);
    await writing(folder, this.#parts.disk, 1 << 16, () =>
      writeInstallMarker(folder, { ...marker, probe: answer }),
    );
  }

  async verify(id: string, { signal }: StoreCallOptions = {}): Promise<VerifyReport> {
    const manifest = this.manifest(id);
    const folder = this.#folderOf(manifest);
    const marker = await this.#markerOf(manifest);
    if (marker === undefined) throw modelNotInstalled(id, this.folder);
    const files: VerifiedFile[] = [];
    for (const { installed } of wantedFiles(manifest))
      files.push(await verifyFile(folder, installed, signal));
    const bad = files.find((file) => !file.ok);
    const ok = bad === undefined;
    // A store that cannot be written (an image, a share) can still be verified.
    await (ok ? refreshMarker(folder, marker) : markDamaged(folder, marker, bad)).catch(() => undefined);
    return { id, folder, ok, files };
  }

  async path(id: string): Promise<string> {
    const manifest = this.manifest(id);
    if ((await this.#state(manifest)) !== 'installed') throw modelNotInstalled(id, this.folder);
    return this.#folderOf(manifest);
  }

  async remove(id: string, options: StoreCallOptions = {}): Promise<boolean> {
    const manifest = this.manifest(id);
    const folder = this.#folderOf(manifest);
    if (!(await exists(folder))) return false;
    const lock = await this.#lock(id, 0, options, async () => undefined);
    try {
      await writing(folder, this.#parts.disk, 0, async () => {
        // First, so that a half-deleted model is not one.
        await dropInstallMarker(folder);
        await rm(folder, { recursive: true, force: true });
      });
      return true;
    } finally {
      await lock?.release();
    }
  }

  async resolve(id: string, { signal }: StoreCallOptions = {}): Promise<ResolvedModel> {
    const manifest = this.manifest(id);
    const folder = this.#folderOf(manifest);
    const marker = await this.#markerOf(manifest);
    if (marker === undefined) throw modelNotInstalled(id, this.folder);
    if (marker.damage !== undefined) throw modelDamaged(id, marker.damage.file, marker.damage.problem);
    let touched = false;
    for (const file of marker.files) {
      const check = await checkCheaply(folder, file);
      if (check === 'same') continue;
      touched = true;
      const verified = await verifyFile(folder, file, signal);
      if (!verified.ok) throw modelDamaged(id, file.name, verified.problem ?? 'is not what was installed');
    }
    if (touched) await refreshMarker(folder, marker).catch(() => undefined);
    return {
      manifest,
      folder,
      encoder: resolvedFile(folder, manifest.encoder),
      decoder: resolvedFile(folder, manifest.decoder),
    };
  }

  async ensure(id: string, options: PullOptions = {}): Promise<ResolvedModel> {
    return (await this.#resolveIfWhole(id, options)) ?? this.pull(id, options);
  }

  async #resolveIfWhole(id: string, options: StoreCallOptions): Promise<ResolvedModel | undefined> {
    try {
      return await this.resolve(id, options);
    } catch (error) {
      if (isCalqueError(error, 'model-not-installed') || isCalqueError(error, 'model-damaged'))
        return undefined;
      throw error;
    }
  }

  async #lock(
    id: string,
    neededBytes: number,
    options: PullOptions,
    ready: () => Promise<ResolvedModel | undefined>,
  ): Promise<StoreLock | undefined> {
    const { disk, lockTimes } = this.#parts;
    return writing(this.folder, disk, neededBytes, async () => {
      await makeFolder(this.folder);
      return takeStoreLock({
        id,
        path: join(this.folder, `${id}.lock`),
        times: lockTimes,
        signal: options.signal,
        onWaiting: async (waitedMs) => {
          options.onProgress?.({ kind: 'waiting-for-lock', id, waitedMs });
          return (await ready()) !== undefined;
        },
      });
    });
  }

  /** The marker of an install that is the one that the manifest describes. */
  async #markerOf(manifest: ModelManifest): Promise<InstallMarker | undefined> {
    const marker = await readInstallMarker(this.#folderOf(manifest));
    const matches = wantedFiles(manifest).every(({ installed }) =>
      marker?.files.some((file) => file.name === installed.name && file.sha256 === installed.sha256),
    );
    return matches ? marker : undefined;
  }

  async #state(manifest: ModelManifest): Promise<ModelState> {
    const folder = this.#folderOf(manifest);
    if (!(await exists(folder))) return 'absent';
    const marker = await this.#markerOf(manifest);
    if (marker === undefined) return 'incomplete';
    if (marker.damage !== undefined) return 'damaged';
    for (const { installed } of wantedFiles(manifest)) {
      if ((await fileSize(join(folder, installed.name))) !== installed.sizeBytes) return 'damaged';
    }
    return 'installed';
  }

  #folderOf(manifest: ModelManifest): string {
    return join(this.folder, manifest.id);
  }
}

async function checkCheaply(
  folder: string,
  file: InstallMarker['files'][number],
): Promise<'same' | 'changed'> {
  const stats = await stat(join(folder, file.name)).catch(() => undefined);
  return stats?.size === file.sizeBytes && stats.mtimeMs === file.mtimeMs ? 'same' : 'changed';
}

async function verifyFile(
  folder: string,
  file: FileIdentity,
  signal: AbortSignal | undefined,
): Promise<VerifiedFile> {
  const path = join(folder, file.name);
  const size = await fileSize(path);
  const actualSha256 = size === undefined ? null : await hashFile(path, signal);
  const ok = actualSha256 === file.sha256;
  return {
    name: file.name,
    ok,
    expectedSha256: file.sha256,
    actualSha256,
    ...(ok ? {} : { problem: problemOf(file, size) }),
  };
}

function problemOf(file: FileIdentity, size: number | undefined): string {
  if (size === undefined) return 'is missing';
  return size === file.sizeBytes ? 'has other contents' : `has ${size} bytes instead of ${file.sizeBytes}`;
}

/** Notes that the files, as they lie there now, were hashed and found right. */
async function refreshMarker(folder: string, { damage, ...marker }: InstallMarker): Promise<void> {
  const files = await Promise.all(marker.files.map((file) => installedFile(folder, file)));
  const same = files.every((file, index) => file.mtimeMs === marker.files[index]?.mtimeMs);
  if (same && damage === undefined) return;
  await writeInstallMarker(folder, { ...marker, files });
}

async function markDamaged(
  folder: string,
  marker: InstallMarker,
  { name, problem = 'is not what was installed' }: VerifiedFile,
): Promise<void> {
  await writeInstallMarker(folder, { ...marker, damage: { file: name, problem } });
}

function resolvedFile(folder: string, { name, sizeBytes, sha256, names }: ModelFile): ResolvedFile {
  return { name, path: join(folder, name), sizeBytes, sha256, ...(names === undefined ? {} : { names }) };
}

async function exists(path: string): Promise<boolean> {
  return (await readdir(path).catch(() => [])).length > 0;
}
