import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let calque: CliHarness;

beforeEach(async () => {
  calque = await CliHarness.create();
  await calque.image('a.png', 120, 90);
});

afterEach(async () => {
  await calque.remove();
});

const box = ['--box', '30,20,90,60'];

describe('calque sensitivity', () => {
  test('prints a row for every box of the family, the spread, and one sentence', async () => {
    const { code, stdout, stderr } = await calque.run(['sensitivity', 'a.png', ...box, '--count', '6']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^box +change +x1,y1,x2,y2 +score +area px +perimeter px +IoU +candidate$/);
    expect(lines[2]).toMatch(/^as given +0 % +30,20,90,60 +0\.950 +\d+ +\d+\.\d +1\.000 +2$/);
    expect(lines[3]).toMatch(/^grown +\+20 % +24,16,96,64 /);
    expect(lines[4]).toMatch(/^shrunk +-20 % +36,24,84,56 /);
    expect(lines[5]).toMatch(/^shifted along x +\+20 % +42,20,102,60 /);
    expect(stdout).toMatch(/^area px +mean \d+\.\d, sd \d+\.\d, from \d+\.\d to \d+\.\d$/m);
    // The fake model fills the box with an ellipse.
    expect(stdout).toContain(
      'The mask grows with the box: its area in the largest is 2.26 times that in the smallest.',
    );
  });

  test('prints everything as JSON, scores as the model gave them', async () => {
    const flags = ['--count', '12', '--range', '0.1', '--candidate', '3', '--fg', '60,40', '--json'];
    const { code, stdout } = await calque.run(['sensitivity', 'a.png', ...box, ...flags]);
    expect(code).toBe(0);
    const facts = JSON.parse(stdout);
    expect(facts).toMatchObject({
      image: { path: 'a.png', width: 120, height: 90 },
      model: { id: 'fake' },
      prompt: { box: [30, 20, 90, 60], points: [{ x: 60, y: 40, label: 'foreground' }] },
      choose: 2,
      family: { count: 12, range: 0.1 },
      reading: { finding: expect.any(String) },
    });
    expect(facts.outcomes).toHaveLength(13);
    expect(facts.outcomes[0]).toMatchObject({
      kind: 'unchanged',
      change: 0,
      candidate: 2,
      iou: 1,
      score: 0.88,
    });
  });

  test('decodes on one encoded image', async () => {
    await calque.run(['sensitivity', 'a.png', ...box, '--count', '10']);
    expect([calque.calls('encode'), calque.calls('decode')]).toEqual([1, 11]);
  });

  test.each([
    [['--count', '3'], 35, 'count of the box sensitivity is 3'],
    [['--range', '0.9'], 35, 'range of the box sensitivity is 0.9'],
    [['--count', 'x'], 2, 'Expected a number'],
    [['--candidate', 'all'], 2, 'Expected best'],
    [['--candidate', '7'], 33, 'candidate'],
  ])('refuses %j', async (flags, exitCode, message) => {
    const { code, stdout, stderr } = await calque.run(['sensitivity', 'a.png', ...box, ...flags]);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toContain(message);
  });

  test('needs a box', async () => {
    const { code, stderr } = await calque.run(['sensitivity', 'a.png']);
    expect(code).toBe(2);
    expect(stderr).toContain('--box');
  });
});
