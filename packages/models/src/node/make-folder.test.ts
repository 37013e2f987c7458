import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from './make-folder.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'calque-folder-'));
});
afterEach(async () => rm(root, { recursive: true, force: true }));

describe('making a folder', () => {
  test('makes those above it, too, and says whether it was new', async () => {
    const folder = join(root, 'a', 'b', 'c');
    expect(await makeFolder(folder)).toBe(true);
    expect((await stat(folder)).isDirectory()).toBe(true);
    expect(await makeFolder(folder)).toBe(false);
  });

  test('several at once all succeed', async () => {
    const folder = join(root, 'x', 'y');
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(folder)));
    expect((await stat(folder)).isDirectory()).toBe(true);
  });

  test('a file in the way is an error', async () => {
    await writeFile(join(root, 'file'), '');
    await expect(makeFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolder(join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  test.runIf(process.platform === 'linux')(
    'a file system that refuses is an error, not a wait without end',
    async () => {
      await expect(makeFolder('/proc/nowhere/below')).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );
});
