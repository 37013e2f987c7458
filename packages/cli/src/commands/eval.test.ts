import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let cli: CliHarness;
beforeEach(async () => {
  cli = await CliHarness.create();
});
afterEach(async () => {
  await cli.remove();
});

const SIZE = { width: 40, height: 30 };

/** Grey values of objects: number 1 is an upright rectangle, number 700 a flat one. */
function labelValues(): Uint16Array {
  return Uint16Array.from({ length: SIZE.width * SIZE.height }, (_, i) => {
    const [x, y] = [i % SIZE.width, Math.floor(i / SIZE.width)];
    if (x >= 4 && x < 16 && y >= 5 && y < 25) return 1;
    return x >= 20 && x < 38 && y >= 12 && y < 19 ? 700 : 0;
  });
}

async function pair(name: string): Promise<void> {
  await cli.image(`${name}.jpg`, SIZE.width, SIZE.height);
  await sharp(labelValues(), { raw: { ...SIZE, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toFile(path.join(cli.folder, `${name}.labels.png`));
}

async function list(...names: readonly string[]): Promise<string> {
  for (const name of names) await pair(name);
  const entries = names.map((name) => ({
    image: `${name}.jpg`,
    label: `${name}.labels.png`,
    dataset: 'drawn',
  }));
  return cli.file('list.json', JSON.stringify(entries));
}

describe('calque eval', () => {
  test('compares masks with the objects of 16-bit labels, and says what the time went into', async () => {
    const { code, stdout } = await cli.run(['eval', await list('a'), '--no-clicks', '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toContain('fake · all · all');
    expect(stdout).toMatch(/box: IoU +0\.\d{3}/);
    expect(stdout).toMatch(/fake: 1 images, 6 prompts in .* % of it in the runtime/);
  });

  test('gives everything as JSON', async () => {
    const { stdout } = await cli.run(['eval', await list('a'), '--json', '--quiet']);
    const [model] = JSON.parse(stdout).models;
    expect(
      model.objects.map((object: { object: number; areaPx: number }) => [object.object, object.areaPx]),
    ).toEqual([
      [1, 240],
      [700, 126],
    ]);
    expect(model.summary.groups[0].objects).toBe(2);
    expect(model.objects[0].clicks.ious.length).toBeGreaterThan(1);
    expect(await cli.list()).toEqual(['a.jpg', 'a.labels.png', 'list.json']);
  });

  test('reads a folder with labels beside its images, and COCO without crowds', async () => {
    await pair('a');
    const counts = [5, 3, SIZE.width * SIZE.height - 8];
    const annotation = { image_id: 7, category_id: 3, segmentation: { size: [30, 40], counts } };
    const coco = {
      images: [{ id: 7, file_name: 'a.jpg', ...SIZE }],
      categories: [{ id: 3, name: 'cup' }],
      annotations: [
        { id: 1, ...annotation },
        { id: 2, ...annotation, iscrowd: 1 },
        { id: 3, ...annotation, category_id: 99 },
      ],
    };
    const folder = JSON.parse((await cli.run(['eval', '.', '--no-clicks', '--json', '--quiet'])).stdout);
    expect(folder.models[0].objects).toHaveLength(2);
    await cli.file('coco.json', JSON.stringify(coco));
    const { stdout, stderr } = await cli.run(['eval', 'coco.json', '--no-clicks', '--json', '--quiet']);
    const { objects } = JSON.parse(stdout).models[0];
    expect(objects).toMatchObject([{ dataset: 'coco', image: 'a.jpg', label: 'cup', areaPx: 3 }]);
    expect(stderr).toContain('coco.json: $.annotations[1].category_id left out');
  });

  test('writes tables, plots and results, in French too', async () => {
    const { code } = await cli.run(['eval', await list('a'), '--out', 'results', '--lang', 'fr', '--quiet']);
    expect(code).toBe(0);
    expect(await cli.list('results')).toEqual([
      'calibration.csv',
      'evaluation.json',
      'iou-by-clicks.svg',
      'iou-by-prompt.svg',
      'iou-by-size.svg',
      'objects.csv',
      'reliability.svg',
      'results.jsonl',
      'summary.csv',
      'summary.md',
      'summary.tex',
    ]);
    expect(await cli.text('results/summary.md')).toContain('| fake | tous | petit | 2 |');
    expect(await cli.text('results/objects.csv')).toMatch(/\r\nfake,drawn,a\.jpg,700,,126,0\.95,/);
  });

  test('compares several models in the order that was given', async () => {
    const argv = [
      'eval',
      await list('a'),
      '--model',
      'fake',
      '--model',
      'fake',
      '--no-clicks',
      '--json',
      '--quiet',
    ];
    const { stdout } = await cli.run(argv);
    expect(JSON.parse(stdout).models).toHaveLength(2);
    expect(cli.calls('encode')).toBe(2);
  });

  test('goes on where an earlier run was killed, and does damaged lines again', async () => {
    const manifest = await list('a', 'bridge', 'tower');
    const argv = ['eval', manifest, '--out', 'results', '--quiet'];
    const whole = await cli.run([...argv, '--json']);
    expect(cli.calls('encode')).toBe(3);
    const file = path.join(cli.folder, 'results', 'results.jsonl');
    const [first = '', second = ''] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(
      file,
      `${first}\n${second.replace('"object":700', '"object":701')}\n${first.slice(0, 200)}`,
    );
    const again = await cli.run([...argv, '--json', '--resume']);
    expect(cli.calls('encode')).toBe(5);
    expect(again.stderr).toContain('2 damaged lines of results do not count');
    const objects = (text: string) => JSON.parse(text).models[0].objects;
    expect(objects(again.stdout)).toEqual(objects(whole.stdout));
    const last = await cli.run([...argv, '--resume']);
    expect(cli.calls('encode')).toBe(5);
    expect(last.stdout).toContain('fake: nothing was left to compute');
  });

  test('computes again what is of another content or protocol', async () => {
    const argv = ['eval', await list('a', 'bridge'), '--out', 'results', '--quiet', '--resume'];
    await cli.run(argv);
    await appendFile(path.join(cli.folder, 'bridge.jpg'), 'more');
    await cli.run(argv);
    expect(cli.calls('encode')).toBe(3);
    await cli.run([...argv, '--no-clicks']);
    expect(cli.calls('encode')).toBe(5);
  });

  test('does not touch the results of another evaluation', async () => {
    const manifest = await list('a');
    await cli.run(['eval', manifest, '--out', 'results', '--quiet']);
    const before = await cli.text('results/results.jsonl');
    const { code, stderr } = await cli.run(['eval', manifest, '--out', 'results', '--quiet']);
    expect(code).toBe(37);
    expect(stderr).toContain('Add --resume');
    expect(await cli.text('results/results.jsonl')).toBe(before);
  });

  test('goes on after an image that cannot be evaluated, and says so in the end', async () => {
    const manifest = await list('a', 'b', 'wide');
    await cli.image('b.jpg', 31, 30);
    const { code, stdout, stderr } = await cli.run(['eval', manifest, '--no-clicks', '--json', '--quiet']);
    expect(code).toBe(37);
    expect(stderr).toContain('b.jpg: the true masks of "b.jpg" have 40 x 30 pixels, the image has 31 x 30');
    expect(stderr).toContain('1 images could not be evaluated');
    expect(JSON.parse(stdout).models[0].objects).toHaveLength(4);
  });

  test('leaves out small objects and further images where it is told to', async () => {
    const manifest = await list('a', 'bridge');
    const argv = ['eval', manifest, '--min-area', '200', '--limit', '1', '--no-clicks', '--json', '--quiet'];
    const { objects } = JSON.parse((await cli.run(argv)).stdout).models[0];
    expect(objects).toMatchObject([{ image: 'a.jpg', object: 1 }]);
  });

  test.each([
    ['no such file', 'missing.json', null, 'does not exist'],
    ['something else', 'x.json', '{"a": 1}', 'neither COCO instances nor a list'],
    ['no JSON', 'x.json', 'image, label', 'it is no JSON'],
    ['an entry without labels', 'x.json', '[{"image": "a.jpg"}]', 'entry 1 has no "image" or no "label"'],
    ['an empty list', 'x.json', '[]', 'it has no image with labels'],
  ])('refuses a manifest that is %s', async (_, name, content, message) => {
    if (content !== null) await cli.file(name, content);
    const { code, stderr } = await cli.run(['eval', name, '--quiet']);
    expect(code).toBe(37);
    expect(stderr).toContain(message);
  });
});
