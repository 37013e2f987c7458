import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let cli: CliHarness;
beforeEach(async () => {
  cli = await CliHarness.create();
  await cli.image('a.jpg');
});
afterEach(async () => {
  await cli.remove();
});

const TWO = ['--model', 'fake', '--model', 'fake', '--quiet'];

describe('calque compare', () => {
  test('answers one prompt with every model, and pictures them side by side', async () => {
    const { code, stdout } = await cli.run(['compare', 'a.jpg', '--box', '5,6,25,20', ...TWO]);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.includes('5,6,25,20'))).toHaveLength(2);
    expect(stdout).toContain('IoU with first');
    expect(cli.calls('encode')).toBe(2);
    const { width, height } = await sharp(path.join(cli.folder, 'a.compare.png')).metadata();
    expect([width, height]).toEqual([120 + 2 * 492, 36 + 372]);
  });

  test('takes the lines of a prompts file that are about the image', async () => {
    await cli.image('other.jpg');
    const lines = [
      { image: 'a.jpg', box: [5, 6, 25, 20], id: 'cup' },
      { image: 'other.jpg', box: [1, 2, 9, 9] },
      { image: 'a.jpg', points: [{ x: 12, y: 9, label: 'foreground' }] },
    ];
    await cli.file('p.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    const { stdout } = await cli.run(['compare', 'a.jpg', '--prompts', 'p.jsonl', '--json', ...TWO]);
    const facts: { prompt: string; iouWithFirst: number; record: { model: { id: string } } }[] =
      JSON.parse(stdout);
    expect(facts.map(({ prompt, iouWithFirst }) => [prompt, iouWithFirst])).toEqual([
      ['cup', 1],
      ['2', 1],
      ['cup', 1],
      ['2', 1],
    ]);
    expect(await cli.list()).toEqual(['a.jpg', 'other.jpg', 'p.jsonl']);
    const none = await cli.run(['compare', 'other.jpg', '--prompts', 'p.jsonl', '--out', 'grid.png', ...TWO]);
    expect(none.code).toBe(0);
    expect(await cli.list()).toContain('grid.png');
  });

  test('says what is missing', async () => {
    await cli.file('p.jsonl', '{"image": "other.jpg", "box": [1, 2, 9, 9]}');
    const none = await cli.run(['compare', 'a.jpg', '--prompts', 'p.jsonl', ...TWO]);
    expect([none.code, none.stderr]).toEqual([5, expect.stringContaining('have no line about "a.jpg"')]);
    const both = await cli.run(['compare', 'a.jpg', '--prompts', 'p.jsonl', '--box', '1,2,3,4', ...TWO]);
    expect([both.code, both.stderr]).toEqual([
      2,
      expect.stringContaining('either --box, --fg and --bg, or --prompts FILE'),
    ]);
  });
});
