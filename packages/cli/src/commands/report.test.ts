import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let harness: CliHarness;

beforeEach(async () => {
  harness = await CliHarness.create();
  await mkdir(path.join(harness.folder, 'photos'));
  await harness.image('photos/one.png', 60, 40);
});

afterEach(() => harness.remove());

describe('calque report', () => {
  test('writes a folder without any work up, and says what is missing', async () => {
    const { code, stdout, stderr } = await harness.run([
      'report',
      'photos',
      '--lang',
      'fr',
      '--no-doctor',
      '--out',
      'r.html',
    ]);
    expect([code, stdout]).toEqual([0, 'r.html\n']);
    expect(stderr).toContain(path.join('photos', '.calque', 'report', 'lab.fr.md'));
    const html = await harness.text('r.html');
    expect(html).toContain('<html lang="fr">');
    expect(html).toContain('Aucun masque n’est enregistré.');
    expect(html).toContain('alt="Vignette de one.png"');
  });

  test('takes a template of one’s own, and names the line of a mistake', async () => {
    await harness.file('mine.md', '# Mine\n\n{{image-count}} images\n\n{{measure}}\n');
    const refused = await harness.run(['report', 'photos', '--template', 'mine.md', '--no-doctor']);
    expect(refused.code).toBe(90);
    expect(refused.stderr).toContain('mine.md, line 5: there is no block "measure"');
    await harness.file('mine.md', '# Mine\n\n{{image-count}} images\n');
    await harness.run(['report', 'photos', '--template', 'mine.md', '--no-doctor', '--out', 'r.md']);
    expect(await harness.text('r.md')).toContain('# Mine\n\nphotos');
    expect(await harness.text('r.md')).toContain('1 images');
  });

  test('prints the template', async () => {
    const { code, stdout } = await harness.run(['report', '--print-template', '--lang', 'fr']);
    expect([code, stdout.split('\n')[0]]).toEqual([0, '# Rapport : segmentation interactive avec SAM']);
  });

  test.each([
    [['report', 'photos', '--format', 'pdf', '--out', 'r.html'], 2, 'contradict'],
    [['report', 'photos', '--out', 'r.docx'], 2, 'says no format'],
    [['report'], 2, 'the folder is missing'],
    [['report', 'nowhere', '--no-doctor'], 83, 'nowhere'],
    [['report', 'photos', '--template', 'nowhere.md'], 90, 'nowhere.md'],
  ])('%j is refused', async (argv, code, words) => {
    const refused = await harness.run(argv);
    expect(refused.code).toBe(code);
    expect(refused.stderr).toContain(words);
  });

  test('SLURM variables and the tunnel are in it where the machine was looked at', async () => {
    const env = { SLURM_JOB_ID: '4711', SLURMD_NODENAME: 'gpu-3', SLURM_JOB_PARTITION: 'long' };
    await harness.run(['report', 'photos', '--out', 'r.md'], { context: { env } });
    const text = await readFile(path.join(harness.folder, 'r.md'), 'utf8');
    expect(text).toContain('| SLURM job | 4711 on gpu-3 |');
    expect(text).toContain('ssh -L 8511:127.0.0.1:8511');
  });
});
