import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let calque: CliHarness;

beforeEach(async () => {
  calque = await CliHarness.create();
});

afterEach(async () => {
  await calque.remove();
});

describe('calque segment IMAGE', () => {
  test('writes a mask of 0 and 255 of the size of the image, an overlay and a record', async () => {
    await calque.image('photo.jpg', 44, 32);
    const { code, stdout } = await calque.run(['segment', 'photo.jpg', '--box', '4,6,34,26', '--out', 'out']);
    expect(code).toBe(0);
    expect(stdout.split('\n').map((line) => line.slice(0, 32))).toEqual([
      'image      prompt               ',
      '---------  ---------------------',
      'photo.jpg  box 4,6,34,26        ',
      '',
    ]);
    expect(await calque.list('out')).toEqual(['photo.json', 'photo.mask.png', 'photo.overlay.png']);
    const mask = sharp(path.join(calque.folder, 'out/photo.mask.png'));
    expect(await mask.metadata()).toMatchObject({
      width: 44,
      height: 32,
      channels: 1,
      depth: 'uchar',
      space: 'b-w',
    });
    const pixels = await mask.toColourspace('b-w').raw().toBuffer();
    expect([...new Set(pixels)].sort()).toEqual([0, 255]);
    const record = await calque.json('out/photo.json');
    expect(pixels.filter((value) => value === 255).length).toBe(record.mask.areaPx);
  });

  test('prints the record alone with --json and writes nothing', async () => {
    await calque.image('photo.jpg', 44, 32);
    const { code, stdout, stderr } = await calque.run(['segment', 'photo.jpg', '--fg', '20,10', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const record = JSON.parse(stdout);
    expect(record).toMatchObject({
      schemaVersion: 1,
      image: { path: 'photo.jpg', width: 44, height: 32, orientation: 1 },
      model: { id: 'fake', provider: 'fake' },
      prompt: { box: null, points: [{ x: 20, y: 10, label: 'foreground' }], maskInput: null },
      chosen: 1,
      postprocess: {},
      mask: { rle: { size: [32, 44] } },
      timingsMs: { cache: 'miss' },
      software: { name: 'calque' },
      createdAt: '2031-02-03T04:05:06.789Z',
    });
    expect(await calque.list()).toEqual(['photo.jpg']);
  });

  test('keeps points in the order of the command line across --fg and --bg', async () => {
    await calque.image('a.png');
    const points = ['--bg', '1,2', '--fg', '3,4', '--fg', ' 5 , 6.5 ', '--bg', '7 8'];
    const { stdout } = await calque.run(['segment', 'a.png', ...points, '--json']);
    expect(JSON.parse(stdout).prompt.points.map(({ x, y, label }: never) => [x, y, label])).toEqual([
      [1, 2, 'background'],
      [3, 4, 'foreground'],
      [5, 6.5, 'foreground'],
      [7, 8, 'background'],
    ]);
  });

  test('takes a box with negative corners and one drawn backwards', async () => {
    await calque.image('a.png');
    const { code, stdout } = await calque.run(['segment', 'a.png', '--box', '-5,-3,20,11', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).prompt.box).toEqual([-5, -3, 20, 11]);
    expect((await calque.run(['segment', 'a.png', '--box=20,11,4,2', '--json'])).code).toBe(0);
  });

  test('counts candidates from 1 for people and from 0 in the record', async () => {
    await calque.image('a.png');
    const { stdout } = await calque.run(['segment', 'a.png', '--fg', '9,8', '--candidate', '3', '--json']);
    expect(JSON.parse(stdout).chosen).toBe(2);
    const missing = await calque.run(['segment', 'a.png', '--fg', '9,8', '--candidate', '4', '--json']);
    expect(missing).toMatchObject({ code: 33, stdout: '', stderr: expect.stringContaining('1 to 3') });
  });

  test('writes every candidate with --candidate all', async () => {
    await calque.image('a.png');
    await calque.run(['segment', 'a.png', '--fg', '9,8', '--candidate', 'all', '--out', 'out']);
    expect(await calque.list('out')).toEqual([
      'a.json',
      'a.mask-1.png',
      'a.mask-2.png',
      'a.mask-3.png',
      'a.mask.png',
      'a.overlay.png',
    ]);
  });

  test('records post-processing, and leaves out the steps that are off', async () => {
    await calque.image('a.png');
    const flags = ['--fill-holes', '20', '--drop-islands', '0', '--keep-largest', '2', '--smooth', '3'];
    const { stdout } = await calque.run(['segment', 'a.png', '--fg', '9,8', ...flags, '--json']);
    expect(JSON.parse(stdout).postprocess).toEqual({ fillHolesPx: 20, keepLargest: 2, smoothRadiusPx: 3 });
  });

  test('takes the mask of a record and a mask PNG as the same prompt', async () => {
    await calque.image('a.png');
    await calque.run(['segment', 'a.png', '--box', '5,4,25,20', '--out', 'first']);
    const fromRecord = await calque.run(['segment', 'a.png', '--mask-input', 'first/a.json', '--json']);
    const fromPng = await calque.run(['segment', 'a.png', '--mask-input', 'first/a.mask.png', '--json']);
    const given = await calque.json('first/a.json');
    expect(JSON.parse(fromRecord.stdout).prompt.maskInput.rle).toEqual(given.mask.rle);
    expect(JSON.parse(fromPng.stdout).prompt.maskInput.rle).toEqual(given.mask.rle);
    expect(JSON.parse(fromPng.stdout).prompt.maskInput.path).toBe('first/a.mask.png');
  });

  test('refuses a mask of another size', async () => {
    await calque.image('a.png', 40, 30);
    await calque.image('mask.png', 41, 30);
    const { code, stderr } = await calque.run(['segment', 'a.png', '--mask-input', 'mask.png', '--json']);
    expect(code).toBe(32);
    expect(stderr).toContain('41 x 30');
  });
});

describe('names of results', () => {
  test('an image of the same name does not replace the results of another', async () => {
    await mkdir(path.join(calque.folder, 'a'));
    await mkdir(path.join(calque.folder, 'b'));
    await calque.image('a/photo.jpg');
    await calque.image('b/photo.png');
    await calque.run(['segment', 'a/photo.jpg', '--fg', '9,8', '--out', 'out']);
    await calque.run(['segment', 'b/photo.png', '--fg', '9,8', '--out', 'out']);
    const records = (await calque.list('out')).filter((name) => name.endsWith('.json'));
    expect(records).toHaveLength(2);
    expect(records[0]).toMatch(/^photo-[0-9a-f]{8}\.json$/);
    expect((await calque.json('out/photo.json')).image.path).toBe('a/photo.jpg');
    expect((await calque.json(`out/${records[0]}`)).image.path).toBe('b/photo.png');
  });

  test('the same command again replaces its own results, another prompt does not', async () => {
    await calque.image('photo.jpg');
    const command = ['segment', 'photo.jpg', '--fg', '9,8', '--out', 'out'];
    await calque.run(command);
    await calque.run(command);
    expect(await calque.list('out')).toHaveLength(3);
    await calque.run(['segment', 'photo.jpg', '--fg', '9,9', '--out', 'out']);
    await calque.run(['segment', 'photo.jpg', '--fg', '9,9', '--out', 'out']);
    expect(await calque.list('out')).toHaveLength(6);
  });

  test('files that Calque did not write are left alone', async () => {
    await calque.image('photo.jpg');
    await calque.file('photo.mask.png', 'mine');
    await calque.run(['segment', 'photo.jpg', '--fg', '9,8']);
    expect(await calque.text('photo.mask.png')).toBe('mine');
    expect(await calque.list()).toHaveLength(5);
  });

  test('the id of a request is in the name, as far as file systems take it', async () => {
    await calque.image('photo.jpg');
    const ids = ['t1', 'ä/b: c', '///', 7, 'x'.repeat(300)];
    const lines = ids.map((id, i) =>
      JSON.stringify({ image: 'photo.jpg', id, points: [{ x: 5 + i, y: 8, label: 'foreground' }] }),
    );
    await calque.file('p.jsonl', lines.join('\n'));
    expect((await calque.run(['segment', '--prompts', 'p.jsonl', '--out', 'out'])).code).toBe(0);
    expect((await calque.list('out')).filter((name) => name.endsWith('.json'))).toEqual([
      'photo-7.json',
      'photo-t1.json',
      `photo-${'x'.repeat(60)}.json`,
      'photo-ä-b-c.json',
      'photo.json',
    ]);
  });

  test('what a killed process had begun to write aside is removed', async () => {
    await calque.image('photo.jpg');
    await mkdir(path.join(calque.folder, 'out/.calque.writing'), { recursive: true });
    await calque.file('out/.calque.writing/photo.mask.png', 'half');
    await calque.run(['segment', 'photo.jpg', '--fg', '9,8', '--out', 'out']);
    expect(await calque.list('out')).toEqual(['photo.json', 'photo.mask.png', 'photo.overlay.png']);
  });

  test('what a killed process had begun to rename is finished', async () => {
    await calque.image('photo.jpg');
    const command = ['segment', 'photo.jpg', '--fg', '9,8', '--out', 'out'];
    await calque.run(command);
    const record = await calque.text('out/photo.json');
    await mkdir(path.join(calque.folder, 'out/.calque.writing'));
    await rename(
      path.join(calque.folder, 'out/photo.json'),
      path.join(calque.folder, 'out/.calque.writing/photo.json'),
    );
    await calque.file('out/.calque.writing/commit', JSON.stringify(['photo.mask.png', 'photo.json']));
    await calque.file(
      'p.jsonl',
      JSON.stringify({ image: 'photo.jpg', points: [{ x: 9, y: 8, label: 'foreground' }] }),
    );
    await calque.run(['segment', '--prompts', 'p.jsonl', '--out', 'out', '--resume']);
    expect(calque.calls('decode')).toBe(1);
    expect(await calque.text('out/photo.json')).toBe(record);
    expect(await calque.list('out')).toEqual(['photo.json', 'photo.mask.png', 'photo.overlay.png']);
  });

  test('a mask of a candidate that Calque did not write is left alone', async () => {
    await calque.image('photo.jpg');
    await mkdir(path.join(calque.folder, 'out'));
    await calque.file('out/photo.mask-1.png', 'mine');
    const all = ['segment', 'photo.jpg', '--fg', '9,8', '--candidate', 'all', '--out', 'out'];
    expect((await calque.run(all)).code).toBe(0);
    expect(await readFile(path.join(calque.folder, 'out/photo.mask-1.png'), 'utf8')).toBe('mine');
    expect(await calque.list('out')).toHaveLength(7);
  });
});

describe('bad input', () => {
  const cases: readonly (readonly [string, readonly string[], number, string])[] = [
    ['no image', ['--fg', '1,2'], 2, 'no image was given'],
    ['an image that is missing', ['none.jpg', '--fg', '1,2'], 10, 'none.jpg does not exist'],
    ['a folder', ['.', '--fg', '1,2'], 11, 'is a folder'],
    ['an empty file', ['empty.jpg', '--fg', '1,2'], 13, '0 bytes'],
    ['no prompt', ['a.png'], 20, 'expected a box, at least one point, or a mask'],
    ['NaN in a box', ['a.png', '--box', 'nan,1,20,21'], 23, 'finite'],
    ['infinity in a box', ['a.png', '--box', '1,-inf,20,21'], 23, 'the box 1,-Infinity,20,21'],
    ['two boxes', ['a.png', '--box', '1,2,8,9', '--box', '3,4,20,21'], 2, 'Expected one box'],
    ['a point beyond all numbers', ['a.png', '--fg', '1e999,3'], 28, 'finite'],
    ['a mask that is a drawing', ['a.png', '--mask-input', 'mask.svg'], 32, 'an SVG drawing'],
    ['a device as a mask', ['a.png', '--mask-input', '/dev/zero'], 32, 'not a regular file'],
    ['a device as an image', ['/dev/zero', '--fg', '1,2'], 12, 'not a regular file'],
    ['a word in a box', ['a.png', '--box', 'left,1,20,21'], 22, 'expected x1,y1,x2,y2'],
    ['three numbers', ['a.png', '--box', '1,2,3'], 22, 'is not four numbers'],
    ['a box without area', ['a.png', '--box', '5,2,5,21'], 24, 'covers no area'],
    ['a box outside', ['a.png', '--box', '500,2,560,21'], 25, 'lies outside the image of 40 x 30'],
    ['a point that is none', ['a.png', '--bg', '3;4'], 27, 'expected x,y'],
    ['a point outside', ['a.png', '--fg', '12,31'], 29, 'lies outside the image of 40 x 30'],
    ['a mask that is missing', ['a.png', '--mask-input', 'none.png'], 32, 'cannot be read'],
    ['a text as a mask', ['a.png', '--mask-input', 'text.txt'], 32, 'neither an image nor a record'],
    ['an output folder that is a file', ['a.png', '--fg', '1,2', '--out', 'text.txt'], 42, 'is not a folder'],
    ['a candidate in words', ['a.png', '--fg', '1,2', '--candidate', 'first'], 2, 'Expected best, all'],
    ['no part at all', ['a.png', '--fg', '1,2', '--keep-largest', '0'], 2, 'a whole number of 1 or more'],
    ['half a pixel of a hole', ['a.png', '--fg', '1,2', '--fill-holes', '0.5'], 2, 'whole number'],
  ];

  test.each(cases)('%s: one line, a code of its own, nothing written', async (_name, argv, code, text) => {
    await calque.image('a.png', 40, 30);
    await calque.file('empty.jpg', '');
    await calque.file('text.txt', 'words');
    await calque.file('mask.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"/>');
    const before = await calque.list();
    const result = await calque.run(['segment', ...argv]);
    expect(result.stderr).toContain(text);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toMatch(/^calque: [^\n]+\n$/);
    expect(await calque.list()).toEqual(before);
  });

  test('--debug adds the stack', async () => {
    const { stderr } = await calque.run(['segment', 'none.jpg', '--fg', '1,2', '--debug']);
    expect(stderr).toContain('    at ');
  });

  test.each([
    [['segmnt'], 'Did you mean segment?'],
    [['segment', '--bx', '1'], '--box'],
    [['models', 'pul'], 'Did you mean pull?'],
  ])('%j suggests the near name', async (argv, text) => {
    const { code, stderr } = await calque.run(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
  });

  test('a failing engine is an error of the command, and nothing is written', async () => {
    await writeFile(path.join(calque.folder, 'a.png'), 'x');
    const engine = {
      sizeOf: () => {
        throw new Error('out of luck');
      },
    };
    const { code, stderr } = await calque.run(['segment', 'a.png', '--fg', '1,2', '--out', 'out'], {
      engine,
    });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'calque: out of luck (unexpected; --debug shows where)\n',
    });
    expect(await calque.list()).toEqual(['a.png']);
  });
});
