import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { backup } from '@photostructure/sqlite';
import { type PackOptions, packedFile, packFiles, stateFiles } from '../archive/pack-files.ts';
import { stateFoldersOf } from '../datasets/open-dataset.ts';
import { backupNothing, datasetDamaged } from '../errors.ts';
import { DatabaseSync } from '../storage/sqlite/sqlite-database.ts';
import { BACKUP } from './backup-kind.ts';
import { problemOfDatabase } from './problem-of-database.ts';

export interface WriteBackupOptions extends PackOptions {
  readonly folder: string;
  /** Where state is kept of a folder that may not be written. */
  readonly home: string;
  readonly signal: AbortSignal;
}

/**
 * What Calque keeps of a folder as a zip, made while it is read. A server may have the folder open and go on working: the
 * database is copied as it is at one moment (SQLite's online backup), and the copy is checked. Images are not in it.
 * Rejects with `dataset-folder-invalid`, `backup-nothing` or `dataset-damaged`.
 */
export async function writeBackup({
  folder,
  home,
  signal,
  ...options
}: WriteBackupOptions): Promise<Readable> {
  const { root, database } = await databaseOf(folder, home);
  const temporary = await mkdtemp(join(tmpdir(), 'calque-backup-'));
  const remove = (): Promise<void> => rm(temporary, { recursive: true, force: true });
  try {
    const copy = join(temporary, 'calque.sqlite');
    await copyDatabase(database, copy);
    signal.throwIfAborted();
    const files = [await packedFile('state/calque.sqlite', copy), ...(await stateFiles(dirname(database)))];
    const stream = packFiles(BACKUP, basename(root), files, options);
    stream.once('close', () => void remove());
    return stream;
  } catch (error) {
    await remove();
    throw error;
  }
}

async function databaseOf(folder: string, home: string): Promise<{ root: string; database: string }> {
  const { root, candidates } = await stateFoldersOf(folder, home);
  for (const candidate of candidates) {
    const database = join(candidate, 'calque.sqlite');
    const found = await stat(database).catch(() => null);
    if (found !== null) return { root, database };
  }
  throw backupNothing(folder);
}

/** Pages that change meanwhile are copied again, so that the copy is one state, as large as it may be. */
async function copyDatabase(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true, timeout: 30_000 });
  try {
    await backup(source, to, { rate: -1 });
  } catch (error) {
    throw datasetDamaged(from, error instanceof Error ? error.message : String(error), null);
  } finally {
    source.close();
  }
  // In one file, without the log beside it.
  const copy = new DatabaseSync(to);
  copy.exec('PRAGMA journal_mode = DELETE');
  copy.close();
  const problem = problemOfDatabase(to);
  if (problem !== null) throw datasetDamaged(from, problem, null);
}
