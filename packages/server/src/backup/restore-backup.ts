import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedArchive, openArchive, type UnpackOptions } from '../archive/open-archive.ts';
import { backupTargetTaken } from '../errors.ts';
import { BACKUP } from './backup-kind.ts';
import { problemOfDatabase } from './problem-of-database.ts';

/** What a backup is of. */
export interface BackupFacts {
  readonly name: string;
  readonly createdAt: string;
  /** Of the software that wrote it. */
  readonly version: string;
  readonly sizeBytes: number;
}

/** Reads a backup whole: every file is compared with its hash, the database with SQLite's own check. Rejects with `backup-invalid`. */
export async function verifyBackup(path: string, options: UnpackOptions): Promise<BackupFacts> {
  const folder = await mkdtemp(join(tmpdir(), 'calque-verify-'));
  const archive = await openArchive(path, BACKUP);
  try {
    await unpackChecked(archive, folder, options);
    return factsOf(archive);
  } finally {
    archive.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Puts a backup into a folder of images as its `.calque`, which must not be there. It appears whole and checked, or not at
 * all, also where the process is killed. Rejects with `backup-invalid` or `backup-target-taken`.
 */
export async function restoreBackup(
  path: string,
  folder: string,
  options: UnpackOptions,
): Promise<BackupFacts> {
  const target = join(folder, '.calque');
  await requireFree(target);
  const archive = await openArchive(path, BACKUP);
  const partial = join(folder, `.calque-restoring-${randomUUID()}`);
  try {
    await mkdir(partial, { recursive: true });
    await removeLeftOver(folder, partial);
    await unpackChecked(archive, partial, options);
    await requireFree(target);
    await rename(partial, target);
    return factsOf(archive);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    archive.close();
  }
}

async function unpackChecked(archive: OpenedArchive, folder: string, options: UnpackOptions): Promise<void> {
  if (!archive.manifest.files.some(({ path }) => path === 'state/calque.sqlite'))
    throw BACKUP.invalid('state/calque.sqlite', 'it is not in the backup');
  await archive.unpack(folder, (path) => path.slice('state/'.length), options);
  const problem = problemOfDatabase(join(folder, 'calque.sqlite'));
  if (problem !== null) throw BACKUP.invalid('state/calque.sqlite', problem);
}

/** An empty folder gives way to the rename; anything in it is somebody's work. */
async function requireFree(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw backupTargetTaken(target);
    throw error;
  });
  if (names.length > 0) throw backupTargetTaken(target);
}

/** Of a restore that was killed. */
async function removeLeftOver(folder: string, own: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const found = join(folder, name);
    if (name.startsWith('.calque-restoring-') && found !== own)
      await rm(found, { recursive: true, force: true });
  }
}

function factsOf({ manifest }: OpenedArchive): BackupFacts {
  const { name, createdAt, software, files } = manifest;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { name, createdAt, version: software.version, sizeBytes };
}
