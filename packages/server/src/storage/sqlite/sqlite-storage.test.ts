import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { storageContract, testImage } from '../../testing/storage-contract.ts';
import { migrations } from './migrations.ts';
import { openDatabase } from './open-database.ts';
import { openSqliteStorage } from './sqlite-storage.ts';

storageContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'calque-sqlite-'));
  const path = join(folder, 'calque.sqlite');
  return {
    storage: await openSqliteStorage(path),
    reopen: () => openSqliteStorage(path),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
});

describe('the file of a dataset', () => {
  let folder: string;
  let path: string;
  const now = (): Date => new Date('2031-02-03T04:05:06.789Z');
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calque-sqlite-'));
    path = join(folder, 'calque.sqlite');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('is written through to the disk at every commit', async () => {
    const { database, close } = await openDatabase(path, { migrations, now });
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    close();
  });

  test('refuses to change the audit log, or to delete what is not to be forgotten', async () => {
    const { database, close } = await openDatabase(path, { migrations, now });
    const columns = 'at, person, image_id, path, annotation_id, entry_id, kind';
    database.exec(
      `INSERT INTO audit (${columns}) VALUES ('2031-02-03T04:05:06.789Z', 'ann', 'i', 'a.jpg', 'x', 'e', 'accept')`,
    );
    expect(() => database.exec("UPDATE audit SET person = 'bob'")).toThrow(/only added to/);
    expect(() => database.exec('DELETE FROM audit')).toThrow(/only added to/);
    expect(database.prepare('SELECT person FROM audit').all()).toEqual([{ person: 'ann' }]);
    close();
  });

  test('is copied before every step to a newer version', async () => {
    (
      await openDatabase(path, { migrations: [['CREATE TABLE one (a)', 'INSERT INTO one VALUES (7)']], now })
    ).close();
    expect(await readdir(folder)).not.toContain('backups');
    const steps = [['CREATE TABLE one (a)'], ['CREATE TABLE two (b)'], ['DROP TABLE one']];
    const { database, close } = await openDatabase(path, { migrations: steps, now });
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 3 });
    close();
    expect((await readdir(join(folder, 'backups'))).sort()).toEqual([
      'version-1-20310203T040506Z.sqlite',
      'version-2-20310203T040506Z.sqlite',
    ]);
    const { database: backup, close: closeBackup } = await openDatabase(
      join(folder, 'backups', 'version-1-20310203T040506Z.sqlite'),
      {
        migrations: [[]],
        now,
      },
    );
    expect(backup.prepare('SELECT a FROM one').all()).toEqual([{ a: 7 }]);
    closeBackup();
  });

  test('is not copied while it is made', async () => {
    (await openDatabase(path, { migrations: [[], [], []], now })).close();
    expect(await readdir(folder)).not.toContain('backups');
  });

  test('stays as it was where a step fails', async () => {
    (await openDatabase(path, { migrations: [['CREATE TABLE one (a)']], now })).close();
    const broken = [['CREATE TABLE one (a)'], ['CREATE TABLE two (b)', 'this is no SQL']];
    await expect(openDatabase(path, { migrations: broken, now })).rejects.toThrow();
    const { database, close } = await openDatabase(path, { migrations: [['CREATE TABLE one (a)']], now });
    expect(database.prepare("SELECT name FROM sqlite_master WHERE name = 'two'").all()).toEqual([]);
    close();
  });

  test('is opened by one program at a time', async () => {
    const storage = await openSqliteStorage(path);
    await expect(openSqliteStorage(path)).rejects.toMatchObject({ code: 'dataset-in-use' });
    await storage.close();
    await (await openSqliteStorage(path)).close();
  });

  test('is refused where a newer Calque wrote it', async () => {
    (await openDatabase(path, { migrations: [[], [], []], now })).close();
    await expect(openDatabase(path, { migrations: [[]], now })).rejects.toMatchObject({
      code: 'dataset-too-new',
    });
  });

  test('is refused where it is no database, or damaged, and the newest copy is named', async () => {
    await writeFile(
      path,
      'this is a text, and not a database of any kind, long enough to have a header of its own',
    );
    await expect(openSqliteStorage(path)).rejects.toMatchObject({ code: 'dataset-damaged' });
    await rm(path);
    await fillAndDamage(path);
    (await openDatabase(join(folder, 'x.sqlite'), { migrations: [[]], now })).close();
    (await openDatabase(join(folder, 'x.sqlite'), { migrations: [[], []], now })).close();
    await expect(openSqliteStorage(path)).rejects.toMatchObject({
      code: 'dataset-damaged',
      remedy: expect.stringContaining('version-1-'),
    });
  });
});

async function fillAndDamage(path: string): Promise<void> {
  const storage = await openSqliteStorage(path);
  await storage.addImages(Array.from({ length: 500 }, (_, i) => testImage(`image-${i}.jpg`)));
  await storage.close();
  const handle = await open(path, 'r+');
  for (let page = 3; page < 20; page++) await handle.write(Buffer.alloc(4000, 0x5a), 0, 4000, page * 4096);
  await handle.close();
}
