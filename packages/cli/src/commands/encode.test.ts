import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { imageCorrupt } from '@calque/engine';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness, type FakeEngine } from '../testing/cli-harness.ts';

let calque: CliHarness;
beforeEach(async () => {
  calque = await CliHarness.create();
});
afterEach(() => calque.remove());

const encodedBy = ([engine]: readonly FakeEngine[]): string[] =>
  (engine?.backend.calls ?? []).flatMap(({ name, source }) =>
    name === 'read' && source !== undefined ? [path.basename(source)] : [],
  );

describe('calque encode', () => {
  test('encodes the images of a folder and of the folders in it, and counts equal ones as known', async () => {
    await mkdir(path.join(calque.folder, 'photos', 'more'), { recursive: true });
    await calque.image('photos/a.png');
    await calque.image('photos/more/b.png', 50, 20);
    await calque.image('photos/more/a.png');
    await calque.file('photos/notes.txt', 'no image');
    const { code, stdout } = await calque.run(['encode', 'photos']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '3 encoded, 0 known, 0 failed\n' });
    expect(encodedBy(calque.engines)).toEqual(['a.png', 'a.png', 'b.png']);
  });

  test('takes its share alone', async () => {
    await mkdir(path.join(calque.folder, 'photos'));
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await calque.image(`photos/${name}.png`, 40 + name.charCodeAt(0));
    const { stdout } = await calque.run(['encode', 'photos', '--shard', '2/3']);
    expect(stdout).toBe('2 encoded, 0 known, 0 failed\n');
    expect(encodedBy(calque.engines)).toEqual(['b.png', 'e.png']);
  });

  test('says which files fail, goes on, and ends with a code of its own', async () => {
    await mkdir(path.join(calque.folder, 'photos'));
    await calque.image('photos/a.png');
    await calque.image('photos/c.png', 60, 20);
    await calque.file('photos/b.jpg', 'text');
    const { code, stdout, stderr } = await calque.run(['encode', 'photos'], {
      engine: {
        before: ({ name, source }) => {
          if (name === 'read' && source?.endsWith('b.jpg') === true) throw imageCorrupt(source, 'text');
        },
      },
    });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '2 encoded, 0 known, 1 failed\n' });
    expect(stderr).toContain('b.jpg');
    expect(stderr).toContain('1 of 3 images could not be encoded');
  });

  test.each(['nowhere', 'empty'])('a folder %s has no images to encode', async (folder) => {
    await mkdir(path.join(calque.folder, 'empty'));
    const { code, stderr } = await calque.run(['encode', folder]);
    expect(code).toBe(77);
    expect(stderr).toMatch(/^calque: "?'?.*holds no images/);
    expect(calque.engines).toHaveLength(0);
  });

  test.each(['0/3', '4/3', '1', 'a/b', '1/0'])('the share %s is refused', async (shard) => {
    expect((await calque.run(['encode', '.', '--shard', shard])).code).toBe(2);
  });
});

describe('calque slurm', () => {
  test('prints a script that serves the folders with this installation, with absolute paths', async () => {
    const { code, stdout } = await calque.run([
      'slurm',
      'my photos',
      '--partition',
      'gpu',
      '--gpus',
      '1',
      '--cpus',
      '6',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^#!\/bin\/bash\n#SBATCH --job-name=calque\n#SBATCH --partition=gpu\n#SBATCH --gres=gpu:1\n/,
    );
    expect(stdout).toContain(` serve '${path.join(calque.folder, 'my photos')}' --port 0 --threads 6 >`);
  });

  test('writes it to a file that is not there yet, and leaves one that is', async () => {
    expect((await calque.run(['slurm', 'photos', '--encode', '4', '--out', 'job.sh'])).code).toBe(0);
    const text = await calque.text('job.sh');
    expect(text).toContain('#SBATCH --array=1-4\n');
    expect((await calque.run(['slurm', 'photos', '--out', 'job.sh'])).code).not.toBe(0);
    expect(await calque.text('job.sh')).toBe(text);
  });

  test('an array encodes one folder', async () => {
    const { code, stderr } = await calque.run(['slurm', 'a', 'b', '--encode', '4']);
    expect(code).toBe(2);
    expect(stderr).toContain('--encode got 2 folders');
  });

  test.each([
    ['--partition', 'two words'],
    ['--time', '1\n#SBATCH --uid=0'],
    ['--sbatch', '--comment=a\nrm -rf /'],
    ['--sbatch', 'qos=high'],
    ['--gpus', '0'],
  ])('%s %o is refused', async (flag, value) => {
    expect((await calque.run(['slurm', 'photos', flag, value])).code).toBe(2);
  });

  test('says that there is no SLURM here', async () => {
    const { code, stderr } = await calque.run(['slurm', 'photos', '--submit'], {
      context: { env: { PATH: calque.folder } },
    });
    expect(code).toBe(74);
    expect(stderr).toContain('there is no sbatch on this machine');
  });
});
