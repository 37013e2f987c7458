import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDataset } from '../datasets/open-dataset.ts';
import { restoreBackup } from './restore-backup.ts';
import { writeBackup } from './write-backup.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const KILLS = 20;

let bundle: string;
let folder: string;
let archive: string;
const { signal } = new AbortController();

beforeAll(async () => {
  const scripts = (await import(join(root, 'scripts/bundle-typescript.js'))) as {
    bundleTypeScript(file: string): Promise<string>;
  };
  bundle = fileURLToPath(
    await scripts.bundleTypeScript(join(root, 'packages/server/src/testing/killed-restore.ts')),
  );
  folder = await mkdtemp(join(tmpdir(), 'calque-restores-'));
  archive = join(folder, 'backup.zip');
  await writeFile(archive, await buffer(await backupOfManyFiles()));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Large enough to be in the middle of for a while. */
async function backupOfManyFiles() {
  const source = join(folder, 'photos');
  await mkdir(source);
  const dataset = await openDataset({ folder: source, home: folder, tell: () => undefined });
  await dataset.indexed();
  await dataset.close();
  await mkdir(join(source, '.calque', 'author'));
  for (let n = 0; n < 300; n++) {
    await writeFile(join(source, '.calque', 'author', `${n}.md`), `paragraph ${n}\n`.repeat(300));
  }
  return writeBackup({ folder: source, home: folder, version: '1', now: () => new Date(), signal });
}

test(`after ${KILLS} kills in the middle there is a whole state or none, and the next restore succeeds`, async () => {
  let interrupted = 0;
  for (let round = 0; round < KILLS; round++) {
    const target = join(folder, `restored-${round}`);
    await mkdir(target);
    const child = spawn(process.execPath, [bundle, archive, target], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = once(child, 'exit');
    await once(child.stdout, 'data');
    setTimeout(() => child.kill('SIGKILL'), round * 6);
    await exit;
    const names = await readdir(target);
    if (!names.includes('.calque')) {
      interrupted++;
      await restoreBackup(archive, target, { signal });
    }
    expect(await readdir(target)).toEqual(['.calque']);
    expect(await readdir(join(target, '.calque', 'author'))).toHaveLength(300);
    const dataset = await openDataset({ folder: target, home: folder, tell: () => undefined });
    await dataset.close();
  }
  expect(interrupted).toBeGreaterThan(0);
});
