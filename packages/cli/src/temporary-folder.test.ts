import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeTemporaryFolder, sweepTemporaryFolders } from './temporary-folder.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'calque-sweep-'));
  vi.stubEnv('TMPDIR', root);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

/** The name of a folder of this process, with another number or start in it. */
async function nameWith(change: { readonly pid?: number; readonly start?: string }): Promise<string> {
  const own = await makeTemporaryFolder();
  await own.remove();
  const [calque, space, pid, start, random] = path.basename(own.path).split('-');
  return [calque, space, change.pid ?? pid, change.start ?? start, random].join('-');
}

async function leave(name: string): Promise<void> {
  await mkdir(path.join(root, name));
  await writeFile(path.join(root, name, 'prompts.jsonl'), '{}');
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'close');
  return child.pid ?? 0;
}

test('folders of processes that are gone are removed', async () => {
  await leave(await nameWith({ pid: await deadPid() }));
  await sweepTemporaryFolders();
  expect(await readdir(root)).toEqual([]);
});

test('folders of living processes, of other machines and of other programs stay', async () => {
  const own = await makeTemporaryFolder();
  const dead = await nameWith({ pid: await deadPid() });
  const kept = [
    await nameWith({ pid: process.ppid, start: '0' }),
    dead.replace(/^calque-[0-9a-f]{8}/, 'calque-00000000'),
    'calque-abcdef',
    'other',
  ];
  for (const name of kept) await leave(name);
  await sweepTemporaryFolders();
  expect((await readdir(root)).sort()).toEqual([...kept, path.basename(own.path)].sort());
});

test.runIf(process.platform === 'linux')(
  'a number that another process has by now protects nothing',
  async () => {
    await leave(await nameWith({ start: '1' }));
    await sweepTemporaryFolders();
    expect(await readdir(root)).toEqual([]);
  },
);

test('a link under such a name is not followed', async () => {
  await mkdir(path.join(root, 'precious'));
  const name = await nameWith({ pid: await deadPid() });
  await symlink(path.join(root, 'precious'), path.join(root, name));
  await sweepTemporaryFolders();
  expect((await readdir(root)).sort()).toEqual([name, 'precious'].sort());
});
