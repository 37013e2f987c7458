import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeScript, serveScript } from './batch-script.ts';

const run = promisify(execFile);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'calque-slurm-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a script that serves', () => {
  test('asks for what was asked for, and for nothing else', () => {
    const full = serveScript({
      name: 'calque',
      partition: 'gpu',
      account: 'lab',
      gpus: 2,
      cpus: 6,
      memory: '24G',
      time: '04:00:00',
      directives: ['--constraint=a100'],
      command: ['node', 'calque.js', 'serve'],
      addressFile: 'calque-$SLURM_JOB_ID.address',
    });
    const asked = full.split('\n').filter((line) => line.startsWith('#SBATCH'));
    expect(asked).toEqual([
      '#SBATCH --job-name=calque',
      '#SBATCH --partition=gpu',
      '#SBATCH --account=lab',
      '#SBATCH --gres=gpu:2',
      '#SBATCH --nodes=1',
      '#SBATCH --ntasks=1',
      '#SBATCH --cpus-per-task=6',
      '#SBATCH --mem=24G',
      '#SBATCH --time=04:00:00',
      '#SBATCH --signal=B:TERM@120',
      '#SBATCH --constraint=a100',
    ]);
    const bare = serveScript({ name: 'calque', directives: [], command: ['x'], addressFile: 'a' });
    expect(bare).not.toMatch(/--(partition|account|gres|cpus|mem|time)/);
  });

  /** Runs a script whose server is a shell that notes its signal, and tells the script to end once it has begun. */
  async function runAndEnd(serverExit: number) {
    const server = `trap 'echo told >> ${folder}/log; exit ${serverExit}' TERM; echo http://address; while :; do sleep 0.05; done`;
    const script = serveScript({
      name: 'calque',
      directives: [],
      command: ['bash', '-c', server],
      addressFile: path.join(folder, 'it costs $5-$SLURM_JOB_ID'),
    });
    await writeFile(path.join(folder, 'job.sh'), script);
    const address = path.join(folder, 'it costs $5-73');
    const job = run('bash', [path.join(folder, 'job.sh')], { env: { ...process.env, SLURM_JOB_ID: '73' } });
    const until = async (): Promise<string> => {
      const text = await readFile(address, 'utf8').catch(() => '');
      return text === '' ? new Promise((resolve) => setTimeout(() => resolve(until()), 20)) : text;
    };
    const text = await until();
    const { mode } = await stat(address);
    job.child.kill('SIGTERM');
    const code = await job.then(
      () => 0,
      (error: { code: number }) => error.code,
    );
    return { text, mode: mode & 0o777, code, log: await readFile(path.join(folder, 'log'), 'utf8'), address };
  }

  test('passes the signal on, waits for the end, and lets its owner alone read the address', async () => {
    const ended = await runAndEnd(0);
    expect(ended).toMatchObject({ text: 'http://address\n', mode: 0o600, code: 0, log: 'told\n' });
    await expect(stat(ended.address)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('ends as the server ended', async () => {
    expect((await runAndEnd(7)).code).toBe(7);
  });
});

describe('a script that encodes', () => {
  test('gives every task its share, and words keep their spaces and quotes', async () => {
    const words = ['printf', '%s|', "it's a folder", 'a"b', '$HOME', '`x`'];
    const script = encodeScript({ name: 'ahead', directives: [], command: words, shards: 12 });
    expect(script).toContain('#SBATCH --array=1-12\n');
    await writeFile(path.join(folder, 'job.sh'), script);
    const { stdout } = await run('bash', [path.join(folder, 'job.sh')], {
      env: { ...process.env, SLURM_ARRAY_TASK_ID: '5' },
    });
    expect(stdout).toBe(`it's a folder|a"b|$HOME|\`x\`|--shard|5/12|`);
  });
});
