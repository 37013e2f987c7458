import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EXPORT_FORMATS } from '@calque/server';
import { unzipSync, zipSync } from 'fflate';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';
import { EXCHANGE_FORMATS } from './exchange-formats.ts';

let harness: CliHarness;
beforeEach(async () => {
  harness = await CliHarness.create();
  for (const [name, width, height] of [
    ['photos/a/one.png', 23, 17],
    ['photos/two.jpg', 31, 19],
  ] as const) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await sharp({ create: { width, height, channels: 3, background: '#808080' } }).toFile(at(name));
  }
  await writeFile(at('coco.json'), JSON.stringify(coco()));
});
afterEach(() => harness.remove());

function at(name: string): string {
  return path.join(harness.folder, name);
}

function coco(change: object = {}) {
  return {
    images: [
      { id: 1, file_name: 'a/one.png', width: 23, height: 17 },
      { id: 2, file_name: 'two.jpg', width: 31, height: 19, ...change },
    ],
    categories: [{ id: 5, name: 'wheel' }],
    annotations: [
      { id: 1, image_id: 1, category_id: 5, name: 'left', segmentation: [[2, 3, 12, 3, 12, 9, 2, 9]] },
      { id: 2, image_id: 2, category_id: 5, segmentation: [[0, 0, 7, 0, 7, 5, 0, 5]] },
    ],
  };
}

async function run(...argv: string[]) {
  const env = { CALQUE_HOME: at('home') };
  return harness.run(argv, { context: { env } });
}

test('the command line names the formats that there are', () => {
  expect(EXCHANGE_FORMATS).toEqual(EXPORT_FORMATS);
});

describe('import and export', () => {
  test('bring back what was given', async () => {
    expect(await run('import', 'photos', 'coco.json', '--format', 'coco', '--quiet')).toEqual({
      code: 0,
      stdout: '2 objects on 2 images imported\n',
      stderr: '',
    });
    const exported = await run(
      'export',
      'photos',
      '--format',
      'coco',
      '--out',
      'back.json',
      '--segmentation',
      'polygons',
      '--quiet',
    );
    expect(exported).toMatchObject({ code: 0, stdout: 'back.json: 2 objects of 2 images\n', stderr: '' });
    const { annotations, categories } = JSON.parse(await readFile(at('back.json'), 'utf8')) as {
      annotations: { segmentation: number[][]; name?: string }[];
      categories: { name: string }[];
    };
    expect(annotations.map(({ segmentation, name }) => [segmentation, name])).toEqual([
      [[[2, 3, 12, 3, 12, 9, 2, 9]], 'left'],
      [[[0, 0, 7, 0, 7, 5, 0, 5]], undefined],
    ]);
    expect(categories.map(({ name }) => name)).toEqual(['wheel']);
  });

  test('write a folder, or a zip that other programs read', async () => {
    await run('import', 'photos', 'coco.json', '--format', 'coco');
    expect((await run('export', 'photos', '--format', 'yolo', '--out', 'yolo')).code).toBe(0);
    expect((await readdir(at('yolo'), { recursive: true })).sort()).toEqual([
      'data.yaml',
      'labels',
      'labels/a',
      'labels/a/one.txt',
      'labels/two.txt',
    ]);
    expect((await run('export', 'photos', '--format', 'yolo', '--out', 'yolo.zip')).code).toBe(0);
    const zip = unzipSync(await readFile(at('yolo.zip')));
    expect(Buffer.from(zip['labels/two.txt'] ?? []).toString()).toBe(
      await readFile(at('yolo/labels/two.txt'), 'utf8'),
    );
  });

  test('replace nothing', async () => {
    await writeFile(at('back.json'), 'mine');
    const result = await run('export', 'photos', '--format', 'coco', '--out', 'back.json');
    expect(result).toMatchObject({ code: 43, stdout: '' });
    expect(result.stderr).toContain('is there already');
    expect(await readFile(at('back.json'), 'utf8')).toBe('mine');
  });

  test('list all that does not fit, and import nothing then', async () => {
    const wrong = coco({ width: 30 });
    wrong.annotations.push({ id: 3, image_id: 9, category_id: 5, segmentation: [] });
    await writeFile(at('wrong.json'), JSON.stringify(wrong));
    const refused = await run('import', 'photos', 'wrong.json', '--format', 'coco');
    expect(refused).toMatchObject({ code: 96, stdout: '' });
    expect(refused.stderr).toContain('$.annotations[2].image_id');
    expect(refused.stderr).toContain('two.jpg: masks of 30 x 19 pixels; expected 31 x 19');
    const partial = await run('import', 'photos', 'wrong.json', '--format', 'coco', '--partial');
    expect(partial).toMatchObject({ code: 0, stdout: '1 objects on 1 images imported, 2 not taken\n' });
  });
});

describe('a bundle', () => {
  async function bundled(): Promise<void> {
    await run('import', 'photos', 'coco.json', '--format', 'coco');
    expect(await run('bundle', 'photos', '--out', 'p.calque.zip', '--quiet')).toEqual({
      code: 0,
      stdout: 'p.calque.zip\n',
      stderr: '',
    });
  }

  async function changed(change: (zip: Record<string, Uint8Array>) => void): Promise<void> {
    const zip = unzipSync(await readFile(at('p.calque.zip')));
    change(zip);
    await writeFile(at('changed.zip'), zipSync(zip, { level: 9 }));
  }

  test('opens elsewhere with everything in it', async () => {
    await bundled();
    const opened = await run('unbundle', 'p.calque.zip', '--out', 'elsewhere/copy', '--quiet');
    expect(opened).toMatchObject({ code: 0, stderr: '' });
    for (const name of ['a/one.png', 'two.jpg']) {
      expect(await readFile(at(`elsewhere/copy/${name}`))).toEqual(await readFile(at(`photos/${name}`)));
    }
    await run('export', 'photos', '--format', 'coco', '--out', 'from.json');
    await run('export', 'elsewhere/copy', '--format', 'coco', '--out', 'to.json');
    expect(await readFile(at('to.json'), 'utf8')).toBe(await readFile(at('from.json'), 'utf8'));
    expect(await readdir(at('elsewhere'))).toEqual(['copy']);
  });

  test('goes only where nothing is', async () => {
    await bundled();
    const result = await run('unbundle', 'p.calque.zip', '--out', 'photos');
    expect(result).toMatchObject({ code: 97, stdout: '' });
    expect(await readdir(at('photos'))).toEqual(['.calque', 'a', 'two.jpg']);
  });

  const rename = (zip: Record<string, Uint8Array>, from: string, to: string): void => {
    const list = Buffer.from(zip['calque-bundle.json'] ?? []).toString();
    zip['calque-bundle.json'] = Buffer.from(list.replace(JSON.stringify(from), JSON.stringify(to)));
    zip[to] = zip[from] ?? new Uint8Array();
    delete zip[from];
  };

  test.each<[string, (zip: Record<string, Uint8Array>) => void, RegExp]>([
    [
      'a path out of the folder',
      (zip) => rename(zip, 'images/two.jpg', 'images/../../evil.jpg'),
      /invalid relative path|leads elsewhere/,
    ],
    [
      'an absolute path',
      (zip) => rename(zip, 'images/two.jpg', '/tmp/evil.jpg'),
      /absolute path|leads elsewhere/,
    ],
    [
      'an image in the place of the state',
      (zip) => rename(zip, 'images/two.jpg', 'images/.calque/evil'),
      /leads elsewhere/,
    ],
    [
      'a backslash in a path',
      (zip) => rename(zip, 'images/two.jpg', 'images/..\\evil.jpg'),
      /invalid characters|leads elsewhere|relative path/,
    ],
    [
      'a file that is not listed',
      (zip) => {
        zip['images/more.jpg'] = new Uint8Array(3);
      },
      /its list has not/,
    ],
    [
      'another content',
      (zip) => {
        zip['images/two.jpg'] = (zip['images/two.jpg'] ?? new Uint8Array()).map((byte) => byte ^ 1);
      },
      /what its hash says/,
    ],
    [
      'no list',
      (zip) => {
        delete zip['calque-bundle.json'];
      },
      /has no calque-bundle.json/,
    ],
    [
      'a list of a later version',
      (zip) => {
        zip['calque-bundle.json'] = Buffer.from('{"version":2}');
      },
      /it has version 2/,
    ],
    [
      'a file that grows out of proportion',
      (zip) => {
        const zeros = new Uint8Array(30_000_000);
        const list = JSON.parse(Buffer.from(zip['calque-bundle.json'] ?? []).toString()) as {
          files: { path: string; sizeBytes: number }[];
        };
        list.files = list.files.map((file) =>
          file.path === 'images/two.jpg' ? { ...file, sizeBytes: zeros.length } : file,
        );
        zip['images/two.jpg'] = zeros;
        zip['calque-bundle.json'] = Buffer.from(JSON.stringify(list));
      },
      /200-fold/,
    ],
  ])('with %s is refused, and leaves nothing', async (_, change, message) => {
    await bundled();
    await changed(change);
    const before = await readdir(harness.folder);
    const result = await run('unbundle', 'changed.zip', '--out', 'copy');
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(97);
    expect(await readdir(harness.folder)).toEqual(before);
  });

  test('that was cut is refused', async () => {
    await bundled();
    await writeFile(at('cut.zip'), (await readFile(at('p.calque.zip'))).subarray(0, -500));
    expect((await run('unbundle', 'cut.zip', '--out', 'copy')).code).toBe(97);
    expect((await run('unbundle', 'nowhere.zip', '--out', 'copy')).code).toBe(97);
  });
});
