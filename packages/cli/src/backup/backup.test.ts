import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let harness: CliHarness;
beforeEach(async () => {
  harness = await CliHarness.create();
  await mkdir(at('photos'));
  await sharp({ create: { width: 23, height: 17, channels: 3, background: '#808080' } }).toFile(
    at('photos/a.png'),
  );
  await writeFile(at('coco.json'), JSON.stringify(coco));
});
afterEach(() => harness.remove());

const at = (name: string): string => path.join(harness.folder, name);

const coco = {
  images: [{ id: 1, file_name: 'a.png', width: 23, height: 17 }],
  categories: [{ id: 5, name: 'wheel' }],
  annotations: [{ id: 1, image_id: 1, category_id: 5, segmentation: [[2, 3, 12, 3, 12, 9, 2, 9]] }],
};

const run = (...argv: string[]) => harness.run(argv, { context: { env: { CALQUE_HOME: at('home') } } });

test('what was made on a folder comes back into another one', async () => {
  await run('import', 'photos', 'coco.json', '--format', 'coco', '--quiet');
  const backup = await run('backup', 'photos', '--out', 'b.zip', '--quiet');
  expect(backup).toMatchObject({ code: 0, stderr: '' });
  expect(backup.stdout).toMatch(
    /^b\.zip: photos as of 2031-02-03T04:05:06\.789Z, \d\.\d MB, .*read back and in order\n$/,
  );
  expect((await run('restore', 'b.zip', '--verify', '--quiet')).stdout).toMatch(/in order\n$/);
  await mkdir(at('copy'));
  await writeFile(at('copy/a.png'), await sharp(at('photos/a.png')).toBuffer());
  expect(await run('restore', 'b.zip', '--into', 'copy', '--quiet')).toMatchObject({ code: 0, stderr: '' });
  await run('export', 'copy', '--format', 'coco', '--out', 'again.json', '--quiet');
  expect((await harness.json('again.json')).annotations).toHaveLength(1);
});

test('nothing is replaced', async () => {
  await run('import', 'photos', 'coco.json', '--format', 'coco', '--quiet');
  await run('backup', 'photos', '--out', 'b.zip', '--quiet');
  const again = await run('backup', 'photos', '--out', 'b.zip', '--quiet');
  expect(again).toMatchObject({ code: 43, stdout: '' });
  const over = await run('restore', 'b.zip', '--into', 'photos', '--quiet');
  expect(over.code).toBe(98);
  expect(over.stderr).toContain('.calque is there already');
});

test.each([[[]], [['--verify', '--into', 'copy']]])('restore with %j asks for one of both', async (flags) => {
  expect((await run('restore', 'b.zip', ...flags)).code).toBe(2);
});
