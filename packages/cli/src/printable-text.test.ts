import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startProgress } from './output/progress.ts';
import { startPullProgress } from './output/pull-progress.ts';
import { printableText } from './printable-text.ts';
import { CliHarness } from './testing/cli-harness.ts';

let calque: CliHarness;

beforeEach(async () => {
  calque = await CliHarness.create();
});

afterEach(async () => {
  await calque.remove();
});

/** Clears a screen, names a window, forges a line, turns the writing round. */
const EVIL = 'a\u001B[2J\u0007\u009B31m\r\nb\u202Egnp.png';
const SHOWN = 'a\\x1b[2J\\x07\\x9b31m\\r\\nb\\u202egnp.png';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const HARMFUL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

test('control characters are shown by their numbers, other scripts and pictures as they are', () => {
  expect(printableText(EVIL)).toBe(SHOWN);
  expect(printableText('日本 é العربية 👩‍👩‍👧 \\n "x"')).toBe('日本 é العربية 👩‍👩‍👧 \\n "x"');
  expect(printableText('\uD83D x')).toBe('\\ud83d x');
  expect(printableText(printableText(EVIL))).toBe(SHOWN);
});

describe('a file name with control characters reaches no terminal', () => {
  test('in the table; the record keeps the true name', async () => {
    await calque.image(EVIL);
    const { code, stdout, stderr } = await calque.run(['segment', EVIL, '--fg', '3,4', '--out', 'out']);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(HARMFUL);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stdout.split('\n')).toHaveLength(4);
    expect(stdout).toContain('b\\u202egnp.png');
    const record = (await calque.list('out')).find((name) => name.endsWith('.json')) ?? '';
    expect((await calque.json(`out/${record}`)).image.path).toBe(EVIL);
    const replayed = await calque.run(['replay', `out/${record}`]);
    expect(replayed.stdout + replayed.stderr).not.toMatch(HARMFUL);
  });

  test.each([
    ['an image that is not there', ['segment', EVIL, '--fg', '1,2'], 10],
    ['a folder for the results', ['segment', 'a.png', '--fg', '1,2', '--out', `${EVIL}/x`], 0],
    ['prompts that are not there', ['segment', '--prompts', EVIL], 5],
    ['a mask that is not there', ['segment', 'a.png', '--mask-input', EVIL], 32],
    ['a record that is not there', ['replay', EVIL], 4],
    ['a point', ['segment', 'a.png', '--fg', EVIL], 27],
    ['a command', [EVIL], 2],
    ['an image, with its stack', ['segment', EVIL, '--fg', '1,2', '--debug'], 10],
  ])('in the messages about %s', async (_what, argv, code) => {
    await calque.image('a.png');
    const result = await calque.run(argv);
    expect(result.code).toBe(code);
    expect(result.stdout + result.stderr).not.toMatch(HARMFUL);
    expect(result.stderr).toContain('\\x1b');
  });

  test('in the reports about lines, one line each', async () => {
    await mkdir(path.join(calque.folder, 'data'));
    const lines = ['none', 'nothing'].map((name) =>
      JSON.stringify({ image: `${name}${EVIL}`, box: [1, 2, 3, 4] }),
    );
    await calque.file('p.jsonl', lines.join('\n'));
    const { stderr } = await calque.run(['segment', '--prompts', 'p.jsonl']);
    expect(stderr).not.toMatch(HARMFUL);
    expect(stderr.trimEnd().split('\n')).toHaveLength(3);
  });

  test('in what quick-test prints', async () => {
    await calque.image(EVIL);
    const { code, stdout } = await calque.run(['quick-test', EVIL]);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(HARMFUL);
  });

  test('in the progress', async () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) } as never;
    let nowMs = 0;
    const progress = await startProgress({
      stream,
      title: 'segment',
      total: 7,
      now: () => new Date(nowMs),
      quiet: false,
      onOneTerminal: false,
    });
    nowMs = 6000;
    progress.update(3, EVIL);
    const pull = await startPullProgress({ stderr: stream, now: () => new Date(0) }, { quiet: false });
    pull.onProgress({ kind: 'source-failed', id: 'x', source: `mirror ${EVIL}`, reason: EVIL });
    pull.onProgress({ kind: 'done', id: 'x', folder: EVIL, alreadyInstalled: false });
    expect(written).toHaveLength(3);
    expect(written.join('')).not.toMatch(HARMFUL);
    expect(written.join('').split('\n')).toHaveLength(4);
  });
});
