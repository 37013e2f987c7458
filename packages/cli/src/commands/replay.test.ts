import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let calque: CliHarness;

beforeEach(async () => {
  calque = await CliHarness.create();
  await calque.image('a.png', 40, 30);
  const flags = ['--fg', '9,8', '--bg', '20,20', '--candidate', '3', '--fill-holes', '9', '--out', 'out'];
  await calque.run(['segment', 'a.png', '--box', '4,3,25,22', ...flags]);
});

afterEach(async () => {
  await calque.remove();
});

async function edit(change: (record: Record<string, never>) => void): Promise<void> {
  const record = await calque.json('out/a.json');
  change(record);
  await calque.file('out/a.json', JSON.stringify(record));
}

describe('calque replay', () => {
  test('finds the same mask again', async () => {
    const { code, stdout, stderr } = await calque.run(['replay', 'out/a.json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^IoU +1\.0000\n/);
  });

  test('finds the image from any folder, also when it was named from another one', async () => {
    await mkdir(path.join(calque.folder, 'data'));
    await calque.image('data/c.png', 40, 30);
    await calque.file('data/p.jsonl', JSON.stringify({ image: 'c.png', box: [4, 3, 25, 22] }));
    await calque.run(['segment', '--prompts', 'data/p.jsonl', '--out', 'out']);
    expect((await calque.json('out/c.json')).image.path).toBe('c.png');
    expect((await calque.run(['replay', 'out/c.json'])).code).toBe(0);
    const cwd = path.join(calque.folder, 'out');
    expect((await calque.run(['replay', 'c.json'], { context: { cwd } })).code).toBe(0);
  });

  test('replays a mask that was given as a prompt from the record alone', async () => {
    await calque.run(['segment', 'a.png', '--mask-input', 'out/a.mask.png', '--out', 'second']);
    await rm(path.join(calque.folder, 'out'), { recursive: true });
    const { code, stdout } = await calque.run(['replay', 'second/a.json', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ iou: 1, imageChanged: false, modelChanged: false });
  });

  test('a changed image is said, with an exit code of its own, and compared all the same', async () => {
    await calque.image('other.png', 40, 30);
    await rename(path.join(calque.folder, 'other.png'), path.join(calque.folder, 'a.png'));
    const { code, stdout, stderr } = await calque.run(['replay', 'out/a.json']);
    expect(code).toBe(71);
    expect(stdout).toContain('image      changed');
    expect(stderr).toContain('is not the one of the record (SHA-256 differs)');
  });

  test('an image of another size cannot be compared', async () => {
    await calque.image('a.png', 41, 30);
    const { code, stderr } = await calque.run(['replay', 'out/a.json']);
    expect(code).toBe(71);
    expect(stderr).toContain('41 x 30 pixels instead of 40 x 30');
  });

  test('a changed model is said', async () => {
    await edit((record) => {
      Object.assign(record, {
        model: { id: 'fake', provider: 'gpu', files: [{ name: 'x', sha256: 'e'.repeat(64) }] },
      });
    });
    const { code, stdout, stderr } = await calque.run(['replay', 'out/a.json']);
    expect(code).toBe(72);
    expect(stdout).toContain('IoU        1.0000');
    expect(stdout).toContain('fake (recorded on gpu)');
    expect(stderr).toContain('model fake');
  });

  test('another mask is said', async () => {
    await edit((record) => {
      Object.assign(record, { chosen: 0 });
    });
    const { code, stdout } = await calque.run(['replay', 'out/a.json']);
    expect(code).toBe(70);
    expect(stdout).toMatch(/^IoU +0\.\d{4}\n/);
  });

  test('a missing image can be pointed at', async () => {
    await rename(path.join(calque.folder, 'a.png'), path.join(calque.folder, 'moved.png'));
    const missing = await calque.run(['replay', 'out/a.json']);
    expect(missing.code).toBe(10);
    expect(missing.stderr).toContain('--image FILE');
    expect((await calque.run(['replay', 'out/a.json', '--image', 'moved.png'])).code).toBe(0);
  });

  test.each([
    ['none.json', 'it does not exist'],
    ['text.json', 'it is not JSON'],
    ['empty.json', '$.schemaVersion'],
  ])('%s is not a record', async (name, reason) => {
    await calque.file('text.json', 'words');
    await calque.file('empty.json', '{}');
    const { code, stderr, stdout } = await calque.run(['replay', name]);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain(reason);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
