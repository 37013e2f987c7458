import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let cli: CliHarness;
beforeEach(async () => {
  cli = await CliHarness.create();
  await cli.image('a.jpg');
  await cli.image('tree.jpg', 30, 50);
  await cli.run(['segment', 'a.jpg', '--box', '5,6,25,20', '--out', 'out', '--quiet']);
  await cli.run(['segment', 'tree.jpg', '--fg', '12.5,30', '--bg', '3,4', '--out', 'out', '--quiet']);
});
afterEach(async () => {
  await cli.remove();
});

describe('calque measure', () => {
  test('lists the records of a folder, whatever else lies there', async () => {
    await cli.file('out/other.json', '{"a": 1}');
    await cli.file('out/notes.json', 'not JSON');
    const { code, stdout } = await cli.run(['measure', 'out']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/a\.jpg +fake +5,6,25,20/);
    expect(stdout).toMatch(/tree\.jpg +fake +\(\+ 12\.5,30\) \(− 3,4\)/);
  });

  test('has the measures of the record, in every format', async () => {
    const { mask } = await cli.json('out/a.json');
    const json = JSON.parse((await cli.run(['measure', 'out/a.json', '--json'])).stdout);
    expect(json.objects).toMatchObject([
      { image: 'a.jpg', areaPx: mask.areaPx, perimeterPx: mask.perimeterPx },
    ]);
    const csv = (await cli.run(['measure', 'out/a.json', '--format', 'csv'])).stdout;
    expect(csv.split('\r\n')[1]).toContain(`,"5,6,25,20",,0.95,0.97,${mask.areaPx},${mask.perimeterPx},`);
    expect((await cli.run(['measure', 'out', '--format', 'markdown', '--lang', 'fr'])).stdout).toContain(
      '| périmètre (px) |',
    );
  });

  test('writes a file as its name says', async () => {
    const { code, stdout } = await cli.run(['measure', 'out', '--px-per-mm', '4', '--out', 'measures.tex']);
    expect([code, stdout]).toEqual([0, '']);
    const text = await cli.text('measures.tex');
    expect(text).toContain('\\begin{tabular}');
    expect(text).toContain('area (mm\\textsuperscript{2})');
  });

  test('says that nothing is recorded, and which record is damaged', async () => {
    const missing = await cli.run(['measure', 'nowhere']);
    expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining('"nowhere"')]);
    const record = await cli.json('out/a.json');
    await cli.file('out/a.json', JSON.stringify({ ...record, mask: { ...record.mask, areaPx: 'many' } }));
    const damaged = await cli.run(['measure', 'out']);
    expect([damaged.code, damaged.stderr]).toEqual([4, expect.stringContaining('out/a.json')]);
    const none = await cli.run(['measure', '.']);
    expect([none.code, none.stderr]).toEqual([38, expect.stringContaining('no object is recorded')]);
  });
});
