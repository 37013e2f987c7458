import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isCalqueError } from '@calque/core';
import { modelDamaged, modelIdUnknown, modelNotInstalled } from '../../errors.ts';
import type { ModelFile, ModelManifest } from '../../manifest/manifest.ts';
import { nearestId } from '../../manifest/nearest-id.ts';
import { makeFolder } from '../make-folder.ts';
import { type FileIdentity, fileSize, hashFile, installedBytes, wantedFiles } from './file-identity.ts';
import {
  dropInstallMarker,
  type InstallMarker,
  installedFile,
  readInstallMarker,
  writeInstallMarker,
} from './install-marker.ts';
import type {
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
    const { manifests } = this.#parts;
    const found = manifests.find((manifest) => manifest.id === id);
    if (found !== undefined) return found;
    const known = manifests.map((manifest) => manifest.id);
    throw modelIdUnknown(id, known, nearestId(id, known));
  }

  async list(): Promise<readonly StoredModel[]> {
    return Promise.all(
      this.#parts.manifests.map(async (manifest, index) => ({
        manifest,
        isDefault: index === 0,
        state: await this.#state(manifest),
        folder: this.#folderOf(manifest),
        sizeBytes: installedBytes(manifest),
      })),
    );
  }

  async pull(id: string, options: PullOptions = {}): Promise<ResolvedModel> {
    const manifest = this.manifest(id);
    const folder = this.#folderOf(manifest);
    const listener = options.onProgress ?? (() => undefined);
    const ready = (): Promise<ResolvedModel | undefined> => this.#resolveIfWhole(id, options);
    const before = await ready();
    const lock = before === undefined ? await this.#lock(manifest, options, ready) : undefined;
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

  async verify(id: string, { signal }: StoreCallOptions = {}): Promise<VerifyReport> {
    const manifest = this.manifest(id);
    const folder = this.#folderOf(manifest);
    const marker = await this.#markerOf(manifest);
    if (marker === undefined) throw modelNotInstalled(id, this.folder);
    const files: VerifiedFile[] = [];
    for (const { installed } of wantedFiles(manifest))
      files.push(await verifyFile(folder, installed, signal));
    const ok = files.every((file) => file.ok);
    // A store that cannot be written (an image, a share) can still be verified.
    await (ok ? refreshMarker(folder, marker) : dropInstallMarker(folder)).catch(() => undefined);
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
    const lock = await this.#lock(manifest, options, async () => undefined);
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
    manifest: ModelManifest,
    options: PullOptions,
    ready: () => Promise<ResolvedModel | undefined>,
  ): Promise<StoreLock | undefined> {
    const { disk, lockTimes } = this.#parts;
    const { id } = manifest;
    return writing(this.folder, disk, installedBytes(manifest), async () => {
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
    if ((await this.#markerOf(manifest)) === undefined) return 'incomplete';
    for (const { installed } of wantedFiles(manifest)) {
      if ((await fileSize(join(folder, installed.name))) !== installed.sizeBytes) return 'incomplete';
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
async function refreshMarker(folder: string, marker: InstallMarker): Promise<void> {
  const files = await Promise.all(marker.files.map((file) => installedFile(folder, file)));
  if (files.every((file, index) => file.mtimeMs === marker.files[index]?.mtimeMs)) return;
  await writeInstallMarker(folder, { ...marker, files });
}

function resolvedFile(folder: string, { name, sizeBytes, sha256, names }: ModelFile): ResolvedFile {
  return { name, path: join(folder, name), sizeBytes, sha256, ...(names === undefined ? {} : { names }) };
}

async function exists(path: string): Promise<boolean> {
  return (await readdir(path).catch(() => [])).length > 0;
}
