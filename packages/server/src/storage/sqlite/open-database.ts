import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { datasetDamaged, datasetInUse, datasetTooNew } from '../../errors.ts';
import { resultCodeOf, SQLITE } from './result-code.ts';
import { DatabaseSync, type DatabaseSyncInstance } from './sqlite-database.ts';

export interface OpenDatabaseOptions {
  /** See migrations.ts. */
  readonly migrations: readonly (readonly string[])[];
  readonly now: () => Date;
}

export interface OpenedDatabase {
  readonly database: DatabaseSyncInstance;
  /** Writes everything into the one file, and lets others open it. */
  close(): void;
}

/**
 * Opens a database, made where there is none, checks that it is whole and brings it to the newest version, with a copy
 * in `backups/` beside it before every step. One process has it at a time: its lock, a file of its own, goes with the
 * process.
 *
 * Rejects with `dataset-damaged`, `dataset-too-new` or `dataset-in-use`.
 */
export async function openDatabase(path: string, options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  const lock = takeLock(path);
  const isNew = !existsSync(path);
  let database: DatabaseSyncInstance | undefined;
  try {
    database = new DatabaseSync(path);
    prepare(database);
    if (!isNew) checkWhole(database);
    await migrate(database, isNew ? null : backupFolder(path), options);
    return { database, close: closing(database, lock) };
  } catch (error) {
    database?.close();
    lock.close();
    throw await asDatasetError(error, path);
  }
}

/**
 * The lock is not one on the database itself: the library cannot finalise statements, and one that waits for the
 * garbage collector would keep a lock after the end.
 */
function takeLock(path: string): DatabaseSyncInstance {
  const lock = new DatabaseSync(join(dirname(path), 'lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw resultCodeOf(error) === SQLITE.busy ? datasetInUse(path) : error;
  }
}

function closing(database: DatabaseSyncInstance, lock: DatabaseSyncInstance): () => void {
  return () => {
    // What remains in the log would be read all the same; a folder that is moved should have one file less.
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    lock.exec('ROLLBACK');
    lock.close();
  };
}

function prepare(database: DatabaseSyncInstance): void {
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA foreign_keys = ON');
}

class Damage extends Error {}

class TooNew extends Error {
  readonly found: number;
  readonly newest: number;

  constructor(found: number, newest: number) {
    super(`version ${found}`);
    this.found = found;
    this.newest = newest;
  }
}

function checkWhole(database: DatabaseSyncInstance): void {
  const found = database.prepare('PRAGMA quick_check(1)').get() as { readonly quick_check: string };
  if (found.quick_check !== 'ok') throw new Damage(found.quick_check);
}

async function migrate(
  database: DatabaseSyncInstance,
  /** Null for a database that holds nothing yet. */
  backups: string | null,
  { migrations, now }: OpenDatabaseOptions,
): Promise<void> {
  const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (found > migrations.length) throw new TooNew(found, migrations.length);
  for (let version = found; version < migrations.length; version++) {
    if (version > 0 && backups !== null) await backUp(database, backups, version, now());
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const statement of migrations[version] ?? []) database.exec(statement);
      database.exec(`PRAGMA user_version = ${version + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}

async function backUp(
  database: DatabaseSyncInstance,
  folder: string,
  version: number,
  now: Date,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  database.prepare('VACUUM INTO ?').run(join(folder, `version-${version}-${time}.sqlite`));
}

function backupFolder(path: string): string {
  return join(dirname(path), 'backups');
}

async function asDatasetError(error: unknown, path: string): Promise<unknown> {
  if (error instanceof TooNew) return datasetTooNew(path, error.found, error.newest);
  if (error instanceof Damage) return datasetDamaged(path, error.message, await newestBackup(path));
  const code = resultCodeOf(error);
  if (code === SQLITE.busy) return datasetInUse(path);
  if (code === SQLITE.corrupt || code === SQLITE.notADatabase) {
    return datasetDamaged(
      path,
      error instanceof Error ? error.message : String(error),
      await newestBackup(path),
    );
  }
  return error;
}

async function newestBackup(path: string): Promise<string | null> {
  const folder = backupFolder(path);
  const names = await readdir(folder).catch(() => []);
  const newest = names
    .filter((name) => name.endsWith('.sqlite'))
    // By their time: version 10 comes after version 9.
    .sort((a, b) => (timeIn(a) < timeIn(b) ? -1 : 1))
    .at(-1);
  return newest === undefined ? null : join(folder, newest);
}

function timeIn(backup: string): string {
  return backup.slice(backup.lastIndexOf('-') + 1);
}
