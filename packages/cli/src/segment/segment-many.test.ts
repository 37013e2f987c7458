import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let calque: CliHarness;

beforeEach(async () => {
  calque = await CliHarness.create();
  await calque.image('a.png', 40, 30);
  await calque.image('b.png', 50, 20);
});

afterEach(async () => {
  await calque.remove();
});

const click = (image: string, x: number, id?: string): string =>
  JSON.stringify({ image, points: [{ x, y: 5, label: 'foreground' }], ...(id === undefined ? {} : { id }) });

const records = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const NEWLINE = Buffer.from('\n');

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('calque segment --prompts', () => {
  test('encodes each image once whatever the order, and prints records in the order of the lines', async () => {
    const lines = [
      click('a.png', 1, 'one'),
      click('b.png', 2, 'two'),
      click('a.png', 3, 'three'),
      click('b.png', 4, 'four'),
    ];
    await calque.file('p.jsonl', lines.join('\n'));
    const { code, stdout, stderr } = await calque.run(['segment', '--prompts', 'p.jsonl', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(
      records(stdout).map((record) => [record.id, record.image.path, record.prompt.points[0].x]),
    ).toEqual([
      ['one', 'a.png', 1],
      ['two', 'b.png', 2],
      ['three', 'a.png', 3],
      ['four', 'b.png', 4],
    ]);
    expect([calque.calls('encode'), calque.calls('decode')]).toEqual([2, 4]);
    expect(await calque.list()).toEqual(['a.png', 'b.png', 'p.jsonl']);
  });

  test('counts the encode in the first record of an image alone', async () => {
    await calque.file('p.jsonl', [click('a.png', 1), click('a.png', 3)].join('\n'));
    const { stdout } = await calque.run(['segment', '--prompts', 'p.jsonl', '--json']);
    expect(records(stdout).map((record) => record.timingsMs.cache)).toEqual(['miss', 'memory']);
  });

  test('reads standard input, a byte order mark, Windows line ends and empty lines', async () => {
    const stdin = `\uFEFF${click('a.png', 1, 'é')}\r\n\r\n${click('a.png', 2, 'n2')}\r\n`;
    const { code, stdout } = await calque.run(['segment', '--prompts', '-', '--json'], { stdin });
    expect(code).toBe(0);
    expect(records(stdout).map((record) => record.id)).toEqual(['é', 'n2']);
  });

  test('looks for images from the current folder, then beside the prompts', async () => {
    await mkdir(path.join(calque.folder, 'data'));
    await calque.image('data/c.png');
    await calque.file('data/p.jsonl', [click('c.png', 1), click('a.png', 1)].join('\n'));
    const { code, stdout } = await calque.run(['segment', '--prompts', 'data/p.jsonl', '--json']);
    expect(code).toBe(0);
    expect(records(stdout).map((record) => record.image.path)).toEqual(['c.png', 'a.png']);
  });

  test('thousands of lines are read, and again when their turn comes, without holding them', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) =>
      click('a.png', i % 40, `line ${i}`.padEnd(400, '.')),
    );
    await calque.file('p.jsonl', lines.join('\n'));
    const { openPrompts } = await import('./prompts-file.ts');
    const signal = new AbortController().signal;
    const stdin = Readable.from([]);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const opened = await openPrompts({ path: 'p.jsonl', cwd: calque.folder, stdin, signal });
    collectGarbage();
    const heldBytes = process.memoryUsage().heapUsed - before;
    await opened.close();
    expect(opened.lineCount).toBe(5000);
    expect(heldBytes / opened.lineCount).toBeLessThan(1500);
    const { code, stdout } = await calque.run(['segment', '--prompts', 'p.jsonl', '--json']);
    expect(code).toBe(0);
    const ids = records(stdout).map((record) => record.id.replaceAll('.', ''));
    expect([ids.length, ids[0], ids[4999]]).toEqual([5000, 'line 0', 'line 4999']);
  }, 120_000);

  test('a line is cut out of the chunks in which it comes, also in the middle of a character', async () => {
    const bytes = Buffer.from([click('a.png', 1, 'é☃'), '', click('b.png', 2, 'n2'), ''].join('\n'));
    const chunks = Array.from(bytes, (byte) => Buffer.from([byte]));
    const { code, stdout } = await calque.run(['segment', '--prompts', '-', '--json'], {
      context: { stdin: Readable.from(chunks) },
    });
    expect(code).toBe(0);
    expect(records(stdout).map((record) => [record.id, record.line])).toEqual([
      ['é☃', 1],
      ['n2', 3],
    ]);
  });

  test.each([
    ['a line', () => [Buffer.alloc(1 << 19, 'x'), Buffer.alloc((1 << 19) + 1, 'x')], 'line 1 has more than'],
    ['many lines', () => [Buffer.alloc(100_001, '\n')], 'there are more than 100000 lines'],
    [
      'many bytes',
      () => Array.from({ length: 257 }, () => Buffer.concat([Buffer.alloc((1 << 20) - 1, ' '), NEWLINE])),
      'there are more than 268435456 bytes',
    ],
  ])(
    'prompts that are too long in %s are refused, from a file and from a pipe',
    async (_what, make, said) => {
      const chunks = make();
      await calque.file('p.jsonl', Buffer.concat(chunks));
      for (const source of ['-', 'p.jsonl']) {
        const { code, stderr } = await calque.run(['segment', '--prompts', source], {
          context: { stdin: Readable.from(chunks) },
        });
        expect(code).toBe(5);
        expect(stderr).toContain(said);
        expect(stderr).toContain('Split them');
      }
    },
    60_000,
  );

  test('a line of just the length that is allowed is taken', async () => {
    const start = '{"image": "none.png", "box": [1, 2, 3, 4], "id": "';
    const text = `${start}${'i'.repeat((1 << 20) - start.length - 2)}"}`;
    await calque.file('p.jsonl', `${text}\n`);
    expect((await calque.run(['segment', '--prompts', 'p.jsonl'])).code).toBe(10);
  });

  test('reports bad lines by their number, runs the others and fails in the end', async () => {
    const lines = [
      click('a.png', 1, 'good'),
      '{"image": "a.png", "points": [{"x": 1, "y": 2, "label": "fore"}]}',
      '{"image": "a.png"',
      '{"image": "a.png", "boxes": [1, 2, 3, 4]}',
      '{"image": "a.png", "box": [1, 2, 3]}',
      '{"image": "a.png", "box": [1, 2, "3", 4]}',
      '{"points": [{"x": 1, "y": 2, "label": "background"}]}',
      click('none.png', 1),
      click('a.png', 999),
      '[]',
      click('b.png', 2, 'also good'),
    ];
    await calque.file('p.jsonl', lines.join('\n'));
    const { code, stdout, stderr } = await calque.run(['segment', '--prompts', 'p.jsonl', '--json']);
    expect(records(stdout).map((record) => record.id)).toEqual(['good', 'also good']);
    expect(code).toBe(3);
    const reported = stderr.trimEnd().split('\n');
    const sorted = reported.slice(0, -1).sort((x, y) => Number(/\d+/.exec(x)) - Number(/\d+/.exec(y)));
    expect(sorted).toEqual([
      'line 2: points[0].label is "fore"; expected "foreground" or "background"',
      expect.stringMatching(/^line 3: it is not JSON \(.*\); expected one JSON object a line$/),
      'line 4: the prompt has nothing in it; expected a box, at least one point, or a mask. Not understood: "boxes"',
      'line 5: box is [1,2,3]; expected [x1, y1, x2, y2], four numbers',
      'line 6: box[2] is "3"; expected a number',
      'line 7: image is missing; expected the path of an image as a text',
      expect.stringContaining('line 8: none.png does not exist'),
      expect.stringContaining('line 9: point 1 (999, 5) lies outside the image of 40 x 30'),
      'line 10: the line is []; expected {"image", "box"?, "points"?, "id"?}',
    ]);
    expect(reported.at(-1)).toBe(
      'calque: 9 of 11 lines failed (see above); expected every line to give a mask. Correct them and run again',
    );
  });

  test('lines that all failed alike give the exit code of their class', async () => {
    await calque.file('p.jsonl', '{"image": "a.png", "points": [{"x": 1, "y": 2, "label": "fore"}]}\n');
    expect((await calque.run(['segment', '--prompts', 'p.jsonl', '--json'])).code).toBe(30);
  });

  test.each([
    ['{"image": "a.png", "box": [1, 2, 1e999, 4]}', 23, 'Infinity'],
    ['{"image": "a.png", "points": [{"x": 1, "y": -1e999, "label": "foreground"}]}', 28, '-Infinity'],
  ])('a number beyond all numbers is said to be one: %s', async (line, code, text) => {
    await calque.file('p.jsonl', line);
    const result = await calque.run(['segment', '--prompts', 'p.jsonl', '--json']);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(text);
  });

  test('an image that is replaced while it is used is an error of its own', async () => {
    await calque.file('p.jsonl', [click('a.png', 1), click('b.png', 2, 'good')].join('\n'));
    const engine = {
      sha256Of: ({ path: file = '' }: { readonly path?: string }) =>
        file.endsWith('a.png') ? 'e'.repeat(64) : sha256(file),
    };
    const { code, stdout, stderr } = await calque.run(['segment', '--prompts', 'p.jsonl', '--json'], {
      engine: engine as never,
    });
    expect(code).toBe(17);
    expect(stderr).toContain('line 1: a.png changed');
    expect(records(stdout).map((record) => record.id)).toEqual(['good']);
  });

  test('a folder of prompts is an error of its own', async () => {
    const { code, stderr } = await calque.run(['segment', '--prompts', '.']);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^calque: the prompts "\." cannot be read \([^\n]*\n$/);
  });

  test('an image in the place of the prompts is one error, not one a line', async () => {
    const { code, stderr } = await calque.run(['segment', '--prompts', 'a.png']);
    expect(code).toBe(5);
    expect(stderr).toMatch(/^calque: the prompts "a\.png" cannot be read \(it is not UTF-8 text\)[^\n]*\n$/);
  });

  test('a missing file of prompts is an error of its own', async () => {
    const { code, stderr } = await calque.run(['segment', '--prompts', 'none.jsonl']);
    expect(code).toBe(5);
    expect(stderr).toContain('"none.jsonl" cannot be read (it does not exist)');
  });

  test('an unexpected failure ends the run', async () => {
    await calque.file('p.jsonl', [click('a.png', 1), click('b.png', 1)].join('\n'));
    const engine = {
      before: ({ name }: { readonly name: string }) => {
        if (name === 'encode') throw new TypeError('a fault');
      },
    };
    const { code, stderr } = await calque.run(['segment', '--prompts', 'p.jsonl'], { engine });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'calque: a fault (unexpected; --debug shows where)\n',
    });
  });

  test('an interrupted run says so, and leaves whole results only', async () => {
    await calque.file('p.jsonl', [click('a.png', 1), click('b.png', 1), click('b.png', 2)].join('\n'));
    const controller = new AbortController();
    const engine = {
      sizeOf: ({ path: file = '' }: { readonly path?: string }) => {
        if (file.endsWith('b.png')) controller.abort(new Error('Ctrl+C'));
        return { width: 40, height: 30 };
      },
    };
    const result = await calque.run(['segment', '--prompts', 'p.jsonl', '--out', 'out'], {
      engine: engine as never,
      context: { signal: controller.signal },
    });
    expect(result.code).toBe(130);
    expect(result.stderr).toContain('calque: interrupted\n');
    const written = await calque.list('out').catch(() => []);
    expect([[], ['a.json', 'a.mask.png', 'a.overlay.png']]).toContainEqual(written);
  });
});

describe('--resume', () => {
  const command = ['segment', '--prompts', 'p.jsonl', '--out', 'out', '--resume'];

  test('leaves out what is finished and prints it all the same', async () => {
    await calque.file('p.jsonl', [click('a.png', 1, 'one'), click('b.png', 2, 'two')].join('\n'));
    await calque.run(command);
    const again = await calque.run([...command, '--json']);
    expect([calque.calls('encode'), calque.calls('decode')]).toEqual([2, 2]);
    expect(records(again.stdout).map((record) => record.id)).toEqual(['one', 'two']);
  });

  test('does what is new, what changed, and what was half-written', async () => {
    const lines = [click('a.png', 1, 'one'), click('a.png', 2, 'two'), click('b.png', 3, 'three')];
    await calque.file('p.jsonl', lines.join('\n'));
    await calque.run(command);
    const before = await calque.list('out');
    const { rm } = await import('node:fs/promises');
    await rm(path.join(calque.folder, 'out/b-three.mask.png'));
    await calque.file('p.jsonl', [lines[2], click('a.png', 7, 'one'), lines[1]].join('\n'));
    const again = await calque.run([...command, '--json']);
    expect(calque.calls('decode')).toBe(5);
    expect(records(again.stdout).map((record) => record.id)).toEqual(['three', 'one', 'two']);
    expect(await calque.list('out')).toEqual(expect.arrayContaining(before));
    expect(await calque.list('out')).toHaveLength(before.length + 3);
  });

  test('prints all in order where an image that is finished follows one that is not', async () => {
    await calque.file('p.jsonl', [click('b.png', 1, 'four'), click('b.png', 2, 'five')].join('\n'));
    await calque.run(command);
    const lines = [
      click('a.png', 1, 'one'),
      click('a.png', 2, 'two'),
      click('a.png', 3, 'three'),
      click('b.png', 1, 'four'),
      click('b.png', 2, 'five'),
      click('a.png', 4, 'six'),
    ];
    await calque.file('p.jsonl', lines.join('\n'));
    const { code, stdout } = await calque.run([...command, '--json']);
    expect(code).toBe(0);
    expect(records(stdout).map((record) => record.id)).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
      'six',
    ]);
    expect(calque.calls('decode')).toBe(6);
  });

  test('a record that cannot be printed fails its own line alone', async () => {
    const lines = [click('a.png', 1, 'one'), click('a.png', 2, 'two')];
    await calque.file('p.jsonl', lines.join('\n'));
    await calque.run(command);
    const [second = ''] = (await calque.list('out')).filter((name) => name === 'a-two.json');
    const { key } = await calque.json(`out/${second}`);
    await calque.file(`out/${second}`, JSON.stringify({ key }));
    const again = await calque.run([...command, '--json']);
    expect(again.code).toBe(0);
    expect(records(again.stdout).map((record) => record.id)).toEqual(['one', 'two']);
    expect(calque.calls('decode')).toBe(3);
  });

  test('other options are other results', async () => {
    await calque.file('p.jsonl', click('a.png', 1));
    await calque.run(command);
    await calque.run([...command, '--keep-largest', '1']);
    expect(calque.calls('decode')).toBe(2);
    expect(await calque.list('out')).toHaveLength(6);
  });

  test('equal lines each have their results', async () => {
    await calque.file('p.jsonl', [click('a.png', 1), click('a.png', 1), click('a.png', 1)].join('\n'));
    await calque.run(command);
    expect(await calque.list('out')).toHaveLength(9);
    await calque.run(command);
    expect(calque.calls('decode')).toBe(3);
    expect(await calque.list('out')).toHaveLength(9);
  });

  test('needs a folder to look into', async () => {
    await calque.file('p.jsonl', click('a.png', 1));
    const { code, stderr } = await calque.run(['segment', '--prompts', 'p.jsonl', '--json', '--resume']);
    expect(code).toBe(2);
    expect(stderr).toContain('--resume together with --prompts and --out');
  });

  test('a file without a line is said to be one', async () => {
    await calque.file('p.jsonl', '\n\n');
    const { code, stderr } = await calque.run(['segment', '--prompts', 'p.jsonl', '--json']);
    expect(code).toBe(5);
    expect(stderr).toContain('there is no line in it');
  });

  test('gives back the id as it was given, and the number of the line', async () => {
    await calque.image('a.png');
    const lines = [{ id: 7 }, { id: '7' }, {}].map((id) =>
      JSON.stringify({ ...id, image: 'a.png', points: [{ x: 9, y: 8, label: 'foreground' }] }),
    );
    await calque.file('p.jsonl', lines.join('\n'));
    const { stdout } = await calque.run(['segment', '--prompts', 'p.jsonl', '--json']);
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id?: unknown; line: number });
    expect(records.map(({ id, line }) => [id, line])).toEqual([
      [7, 1],
      ['7', 2],
      [undefined, 3],
    ]);
  });
});
