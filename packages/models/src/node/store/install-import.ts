import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFull, modelIdInvalid } from '../../errors.ts';
import type { PreparedImport } from '../convert/import-model.ts';
import { makeFolder } from '../make-folder.ts';
import { wantedFiles } from './file-identity.ts';
import { installedFile, writeAtomically, writeInstallMarker } from './install-marker.ts';
import { licenceText } from './licence-text.ts';
import type { PullListener } from './pull-event.ts';
import type { StoreDisk } from './store-disk.ts';
import { writing } from './store-error.ts';

export interface InstallImportRequest {
  readonly prepared: PreparedImport;
  readonly id: string;
  /** Of all models. */
  readonly folder: string;
  /** In words. */
  readonly installedFrom: string;
  readonly disk: StoreDisk;
  readonly listener: PullListener;
  readonly signal: AbortSignal;
}

/** Names beside the models that the store needs itself. */
const ownEndings = /\.(lock|import|download)$/;

export function checkModelId(id: string): void {
  if (!/^[a-z0-9][a-z0-9.-]{0,99}$/.test(id) || ownEndings.test(id)) throw modelIdInvalid(id);
}

/**
 * Writes a model beside its place and then puts it there, so that one of the same name is replaced as a whole or not at
 * all. The caller holds the model's lock.
 */
export async function installImport(request: InstallImportRequest): Promise<void> {
  const { prepared, id, folder, disk } = request;
  const place = join(folder, id);
  const temporary = join(folder, `${id}.import`);
  await rm(temporary, { recursive: true, force: true });
  await removeAbandoned(folder);
  await checkSpace(request);
  try {
    await writing(folder, disk, prepared.neededBytes, async () => {
      await makeFolder(temporary);
      await fill(temporary, request);
      await rm(place, { recursive: true, force: true });
      await rename(temporary, place);
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** A lock that is held is renewed every few seconds. */
const ABANDONED_MS = 60_000;

/** What a process left that was killed during an import: gigabytes that belong to no model. */
async function removeAbandoned(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.import'));
  for (const name of names) {
    const lock = await stat(join(folder, name.replace(/import$/, 'lock'))).catch(() => undefined);
    if (lock !== undefined && Date.now() - lock.mtimeMs < ABANDONED_MS) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function fill(temporary: string, request: InstallImportRequest): Promise<void> {
  const { prepared, id, listener, signal, installedFrom } = request;
  const totalBytes = prepared.neededBytes;
  let bytes = 0;
  const onBytes = (more: number): void => {
    bytes += more;
    listener({ kind: 'converting', id, bytes: Math.min(bytes, totalBytes), totalBytes });
  };
  const manifest = await prepared.write(temporary, id, { signal, onBytes });
  await writeAtomically(join(temporary, 'LICENCE.txt'), licenceText(manifest, [installedFrom]));
  await writeInstallMarker(temporary, {
    schemaVersion: 1,
    model: manifest,
    installedAt: new Date().toISOString(),
    installedFrom: [installedFrom],
    files: await Promise.all(
      wantedFiles(manifest).map(({ installed }) => installedFile(temporary, installed)),
    ),
  });
}

async function checkSpace({ folder, disk, prepared }: InstallImportRequest): Promise<void> {
  await readdir(folder);
  const freeBytes = await disk.freeBytes(folder);
  if (freeBytes !== undefined && freeBytes < prepared.neededBytes)
    throw diskFull(folder, prepared.neededBytes, freeBytes);
}
