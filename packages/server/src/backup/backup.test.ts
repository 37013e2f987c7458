import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { isCalqueError } from '@calque/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDataset } from '../datasets/open-dataset.ts';
import { ServerHarness } from '../testing/server-harness.ts';
import { created, testAnnotation } from '../testing/storage-contract.ts';
import { restoreBackup, verifyBackup } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';

let harness: ServerHarness;
let folder: string;
const { signal } = new AbortController();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-backups-'));
  harness = await ServerHarness.create({ files: { 'a.jpg': [40, 30] } });
});
afterEach(async () => {
  await harness.close();
  await rm(folder, { recursive: true, force: true });
});

async function gesture(id: string): Promise<void> {
  const params = { datasetId: harness.dataset.id, imageId: await harness.image('a.jpg') };
  const entries = [created(id, testAnnotation(`of-${id}`))];
  await harness.client.call('appendEntries', { params, body: { baseSeq: 0, entries } as never });
}

async function backUp(): Promise<string> {
  const home = join(harness.folder, 'home');
  const now = () => new Date('2031-02-03T04:05:06.000Z');
  const stream = await writeBackup({ folder: harness.root, home, version: '9.8.7', now, signal });
  const path = join(folder, 'backup.zip');
  await writeFile(path, await buffer(stream));
  return path;
}

async function entriesIn(
  root: string,
): Promise<{ readonly id: string; readonly gestures: readonly string[] }> {
  const dataset = await openDataset({ folder: root, home: folder, tell: () => undefined });
  try {
    const [image] = await dataset.storage.imagesAt(['a.jpg']);
    const entries = await dataset.storage.entries(image?.id ?? '', 0);
    return { id: dataset.id, gestures: entries.map(({ entry }) => entry.id) };
  } finally {
    await dataset.close();
  }
}

async function photos(): Promise<string> {
  const root = join(folder, 'photos');
  await mkdir(root);
  await writeFile(join(root, 'a.jpg'), await readFile(join(harness.root, 'a.jpg')));
  return root;
}

describe('a backup', () => {
  test('holds everything that was acknowledged before it, while the server goes on working', async () => {
    for (const id of ['one', 'two', 'three']) await gesture(id);
    const going = Promise.all(['four', 'five', 'six'].map(gesture));
    const path = await backUp();
    await going;
    const root = await photos();
    expect(await restoreBackup(path, root, { signal })).toMatchObject({
      name: 'photos',
      createdAt: '2031-02-03T04:05:06.000Z',
      version: '9.8.7',
    });
    const { id, gestures } = await entriesIn(root);
    expect(id).toBe(harness.dataset.id);
    expect(gestures.slice(0, 3)).toEqual(['one', 'two', 'three']);
    await gesture('seven');
    expect(await readdir(root)).toEqual(['.calque', 'a.jpg']);
  });

  test('is not taken of a folder that was never opened, or is none', async () => {
    const options = { home: folder, version: '1', now: () => new Date(), signal };
    await expect(writeBackup({ folder, ...options })).rejects.toMatchObject({ code: 'backup-nothing' });
    const none = join(folder, 'none');
    await expect(writeBackup({ folder: none, ...options })).rejects.toMatchObject({
      code: 'dataset-folder-invalid',
    });
  });

  test('is not restored over anything', async () => {
    const path = await backUp();
    const root = await photos();
    await mkdir(join(root, '.calque'));
    await writeFile(join(root, '.calque', 'calque.sqlite'), 'the work of a year');
    await expect(restoreBackup(path, root, { signal })).rejects.toMatchObject({
      code: 'backup-target-taken',
    });
    expect(await readFile(join(root, '.calque', 'calque.sqlite'), 'utf8')).toBe('the work of a year');
  });

  test('takes the place of an empty folder, and of what a killed restore left', async () => {
    const path = await backUp();
    const root = await photos();
    await mkdir(join(root, '.calque'));
    await mkdir(join(root, '.calque-restoring-1234'));
    await restoreBackup(path, root, { signal });
    expect((await readdir(root)).sort()).toEqual(['.calque', 'a.jpg']);
  });
});

describe('a damaged backup', () => {
  /** The code of the refusal; null where it was restored. */
  async function restored(path: string, root: string): Promise<string | null> {
    try {
      await restoreBackup(path, root, { signal });
      return null;
    } catch (error) {
      if (isCalqueError(error)) return error.code;
      throw error;
    }
  }

  test('that was cut anywhere is refused, and nothing is left of it', async () => {
    await gesture('one');
    const path = await backUp();
    const bytes = await readFile(path);
    const root = await photos();
    for (let part = 0; part < 40; part++) {
      await writeFile(path, bytes.subarray(0, Math.floor((bytes.length * part) / 40)));
      expect(await restored(path, root)).toBe('backup-invalid');
    }
    expect(await readdir(root)).toEqual(['a.jpg']);
  });

  test('of which one byte changed is refused, or it was a byte that means nothing', async () => {
    await gesture('one');
    const path = await backUp();
    const bytes = await readFile(path);
    const root = await photos();
    await restoreBackup(path, root, { signal });
    const whole = await readFile(join(root, '.calque', 'calque.sqlite'));
    let refused = 0;
    for (let round = 0; round < 120; round++) {
      await rm(join(root, '.calque'), { recursive: true, force: true });
      const changed = Buffer.from(bytes);
      const at = (round * 7919 + 13) % changed.length;
      changed[at] = (changed[at] ?? 0) ^ (1 << (round % 8));
      await writeFile(path, changed);
      const code = await restored(path, root);
      if (code === null) expect(await readFile(join(root, '.calque', 'calque.sqlite'))).toEqual(whole);
      else expect(code).toBe('backup-invalid');
      refused += code === null ? 0 : 1;
    }
    expect(refused).toBeGreaterThan(60);
    await writeFile(path, bytes);
    expect((await verifyBackup(path, { signal })).name).toBe('photos');
  });

  test('whose database does not hold together is refused, though every hash is right', async () => {
    const file = join(harness.root, '.calque', 'calque.sqlite');
    await harness.dataset.storage.copyTo(join(folder, 'copy.sqlite'));
    const broken = await readFile(join(folder, 'copy.sqlite'));
    broken.fill(0x7a, 4096, 8192);
    const home = join(folder, 'home');
    const root = join(folder, 'broken');
    await mkdir(join(root, '.calque'), { recursive: true });
    await writeFile(join(root, '.calque', 'calque.sqlite'), broken);
    await expect(
      writeBackup({ folder: root, home, version: '1', now: () => new Date(), signal }),
    ).rejects.toMatchObject({ code: 'dataset-damaged' });
    expect((await readFile(file)).length).toBeGreaterThan(0);
  });
});
