import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { datasetDamaged, datasetInUse, datasetTooNew } from '../../errors.ts';
import { DatabaseSync, type DatabaseSyncInstance } from './sqlite-database.ts';

export interface OpenDatabaseOptions {
  /** See migrations.ts. */
  readonly migrations: readonly (readonly string[])[];
  readonly now: () => Date;
}

/**
 * Opens a database, made where there is none, checks that it is whole and brings it to the newest version, with a copy
 * in `backups/` beside it before every step. One process has it at a time: the lock goes with the process, and with
 * it SQLite needs no shared memory, which network file systems do not have.
 *
 * Rejects with `dataset-damaged`, `dataset-too-new` or `dataset-in-use`.
 */
export async function openDatabase(
  path: string,
  options: OpenDatabaseOptions,
): Promise<DatabaseSyncInstance> {
  const isNew = !existsSync(path);
  const database = new DatabaseSync(path);
  try {
    const folder = backupFolder(path);
    prepare(database, path);
    if (!isNew) checkWhole(database);
    await migrate(database, path, folder, options);
    return database;
  } catch (error) {
    database.close();
    throw await asDatasetError(error, path);
  }
}

function prepare(database: DatabaseSyncInstance, _path: string): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA foreign_keys = ON');
  // Takes the lock now, and not at the first gesture.
  database.exec('BEGIN IMMEDIATE; COMMIT');
}

class Damage extends Error {}

function checkWhole(database: DatabaseSyncInstance): void {
  const found = database.prepare('PRAGMA quick_check(1)').get() as { readonly quick_check: string };
  if (found.quick_check !== 'ok') throw new Damage(found.quick_check);
}

async function migrate(
  database: DatabaseSyncInstance,
  path: string,
  folder: string,
  { migrations, now }: OpenDatabaseOptions,
): Promise<void> {
  const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (found > migrations.length) throw datasetTooNew(path, found, migrations.length);
  for (let version = found; version < migrations.length; version++) {
    if (version > 0) await backUp(database, folder, version, now());
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

/** SQLite's result codes, of which the low byte is the kind. */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

async function asDatasetError(error: unknown, path: string): Promise<unknown> {
  if (error instanceof Damage) return datasetDamaged(path, error.message, await newestBackup(path));
  const code = resultCode(error);
  if (code === SQLITE_BUSY) return datasetInUse(path);
  if (code === SQLITE_CORRUPT || code === SQLITE_NOTADB) {
    return datasetDamaged(
      path,
      error instanceof Error ? error.message : String(error),
      await newestBackup(path),
    );
  }
  return error;
}

function resultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  for (const name of ['errcode', 'sqliteCode', 'sqliteExtendedCode']) {
    const code = (error as unknown as Record<string, unknown>)[name];
    if (typeof code === 'number') return code & 0xff;
  }
  if (/database is locked/.test(error.message)) return SQLITE_BUSY;
  if (/malformed/.test(error.message)) return SQLITE_CORRUPT;
  return /not a database/.test(error.message) ? SQLITE_NOTADB : null;
}

async function newestBackup(path: string): Promise<string | null> {
  const folder = backupFolder(path);
  const names = await readdir(folder).catch(() => []);
  const newest = names
    .filter((name) => name.endsWith('.sqlite'))
    .sort()
    .at(-1);
  return newest === undefined ? null : join(folder, newest);
}
