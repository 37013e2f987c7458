import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

/** The file system as it is, but for what a test lays in its way. */
const obstacle = vi.hoisted(() => ({
  open: (file: string): string => file,
  rename: async (_to: string): Promise<void> => undefined,
}));

vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>();
  return {
    ...actual,
    open: (file: string, flags: string) => actual.open(obstacle.open(file), flags),
    rename: async (from: string, to: string) => {
      await obstacle.rename(to);
      await actual.rename(from, to);
    },
  };
});

// The first image takes seconds to load what draws it.
vi.setConfig({ testTimeout: 30_000 });

let calque: CliHarness;
const inFolder = (name: string): string => path.join(calque.folder, name);

const click = (image: string, x: number, id: string): string =>
  JSON.stringify({ image, id, points: [{ x, y: 5, label: 'foreground' }] });

beforeEach(async () => {
  calque = await CliHarness.create();
  await calque.image('a.png');
  await calque.image('b.png', 50, 20);
  const lines = [click('a.png', 1, 'one'), click('b.png', 2, 'two'), click('b.png', 3, 'three')];
  await calque.file('p.jsonl', lines.join('\n'));
});

afterEach(async () => {
  obstacle.open = (file) => file;
  obstacle.rename = async () => undefined;
  await calque.remove();
});

const many = ['segment', '--prompts', 'p.jsonl', '--out', 'out', '--json'];
const ids = (stdout: string): unknown[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).id);

/** Does `what` once, before the decode of that number. */
function beforeDecode(number: number, what: () => Promise<void>) {
  let decodes = 0;
  return {
    before: async ({ name }: { readonly name: string }) => {
      if (name !== 'decode') return;
      decodes += 1;
      if (decodes === number) await what();
    },
  };
}

describe('an image that goes away between its encode and its overlay', () => {
  test('is missing, and the other lines go on', async () => {
    const engine = beforeDecode(1, () => rm(inFolder('a.png')));
    const { code, stdout, stderr } = await calque.run(many, { engine });
    expect(code).toBe(10);
    expect(stderr).toContain('line 1: a.png does not exist');
    expect(ids(stdout)).toEqual(['two', 'three']);
    expect((await calque.list('out')).filter((name) => name.startsWith('a'))).toEqual([]);
  });

  test.each([
    ['another image', () => calque.image('a.png', 41, 30)],
    ['an empty file', () => calque.file('a.png', '')],
    ['a folder', () => rm(inFolder('a.png')).then(() => mkdir(inFolder('a.png')))],
  ])('%s in its place is a change, and the other lines go on', async (_name, replace) => {
    const engine = beforeDecode(1, async () => {
      await replace();
    });
    const { code, stdout, stderr } = await calque.run(many, { engine });
    expect(code).toBe(17);
    expect(stderr).toContain('line 1: a.png changed');
    expect(ids(stdout)).toEqual(['two', 'three']);
  });

  test('is the error of a command with one image', async () => {
    const engine = beforeDecode(1, () => rm(inFolder('a.png')));
    const { code, stdout } = await calque.run(['segment', 'a.png', '--fg', '1,2', '--out', 'out'], {
      engine,
    });
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' });
  });
});

describe('an output folder that fails in the middle', () => {
  test.each([
    ['removed', () => rm(inFolder('out'), { recursive: true })],
    ['moved away', () => rename(inFolder('out'), inFolder('elsewhere'))],
    [
      'replaced',
      async () => {
        await rm(inFolder('out'), { recursive: true });
        await mkdir(inFolder('out'));
      },
    ],
  ])('%s: the run ends with an error that says so', async (_name, fail) => {
    const { code, stderr } = await calque.run(many, { engine: beforeDecode(3, fail) });
    expect(code).toBe(43);
    expect(stderr).toMatch(/^calque: the folder "[^"]*out" was removed or replaced [^\n]*\n$/);
    expect(await readdir(inFolder('out')).catch(() => [])).toEqual([]);
  });

  test('removed after the last result was written: still no success', async () => {
    const stdout = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (chunk.toString('utf8').includes('"three"')) rmSync(inFolder('out'), { recursive: true });
        done();
      },
    });
    expect((await calque.run(many, { context: { stdout } })).code).toBe(43);
  });

  test.each(['EACCES', 'EROFS'])(
    'not writable any more (%s): said, and nothing is half there',
    async (errno) => {
      let renames = 0;
      obstacle.rename = async () => {
        renames += 1;
        if (renames > 3) throw Object.assign(new Error(errno), { code: errno });
      };
      const { code, stdout, stderr } = await calque.run(many);
      expect(code).toBe(41);
      expect(ids(stdout)).toEqual(['one']);
      expect(stderr).toMatch(/^calque: cannot write "[^"]*b-two\.mask\.png" \([^\n]*\n$/);
      expect(await calque.list('out')).toEqual(['a-one.json', 'a-one.mask.png', 'a-one.overlay.png']);
    },
  );

  test('a full disk is said, and neither half a result nor half a file is left', async () => {
    // Writes to this device fail as they do on a full disk.
    obstacle.open = (file) => (file.endsWith('a.overlay.png') ? '/dev/full' : file);
    const command = ['segment', 'a.png', '--fg', '1,2', '--out', 'out'];
    const { code, stdout, stderr } = await calque.run(command);
    expect({ code, stdout }).toEqual({ code: 40, stdout: '' });
    expect(stderr).toMatch(
      /^calque: the disk is full: "[^"]*a\.overlay\.png" was not written; expected [^\n]*\n$/,
    );
    expect(await calque.list('out')).toEqual([]);
  });

  test('a failure after the first file got its name is finished by the next run', async () => {
    obstacle.rename = async (to) => {
      if (to.endsWith('a-one.json')) throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    expect((await calque.run(many)).code).toBe(41);
    obstacle.rename = async () => undefined;
    expect((await calque.run([...many, '--resume'])).code).toBe(0);
    expect(await calque.list('out')).toHaveLength(9);
    expect(calque.calls('decode')).toBe(3);
  });
});

test('every name that is taken by others is said', async () => {
  await calque.run(['segment', 'a.png', '--fg', '1,2', '--out', 'out']);
  const { key } = await calque.json('out/a.json');
  for (const name of ['a', `a-${key.slice(0, 8)}`, `a-${key}`]) {
    await writeFile(inFolder(`out/${name}.json`), 'mine');
  }
  const { code, stderr } = await calque.run(['segment', 'a.png', '--fg', '1,2', '--out', 'out']);
  expect(code).toBe(43);
  expect(stderr).toContain('every name for the results of "a.png"');
});
