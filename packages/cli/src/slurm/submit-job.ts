import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliContext } from '../context.ts';
import { slurmFailed, slurmJobEnded, slurmMissing } from '../errors.ts';
import { userName } from '../serve/tunnel-command.ts';

export interface ReachOptions {
  /** With `$SLURM_JOB_ID` where the number of the job goes. */
  readonly addressFile: string;
  readonly localPort: number;
  /** Machine through which nodes are reached; absent: this one. */
  readonly login?: string;
}

const POLL_MS = 1000;

/** Sends the job array and says how to follow it. */
export async function submitEncode(context: CliContext, script: string): Promise<void> {
  const job = await submit(context, script);
  context.stdout.write(`job ${job}\n`);
  context.stderr.write(
    `squeue --jobs=${job}  shows it, scancel ${job}  ends it; a part that is sent again goes on.\n`,
  );
}

/** Sends the job, waits until its server answers, and prints node, port, tunnel and address. */
export async function submitServe(context: CliContext, script: string, options: ReachOptions): Promise<void> {
  const { stdout, stderr } = context;
  const job = await submit(context, script);
  stderr.write(`Job ${job} is sent; scancel ${job} ends it, Ctrl+C only ends the waiting.\n`);
  const node = await running(context, job);
  stderr.write(`It runs on ${node}; the server starts.\n`);
  const url = await addressOf(context, job, options.addressFile.replace('$SLURM_JOB_ID', job));
  const { port } = url;
  url.port = String(options.localPort);
  stdout.write(
    `job ${job}, node ${node}, port ${port}\n${tunnel({ node, port, ...options })}\n${url.href}\n`,
  );
  stderr.write('Run the ssh line on your own machine, leave it open, and open the address there.\n');
}

async function submit(context: CliContext, script: string): Promise<string> {
  const answer = await slurm(context, 'sbatch', ['--parsable'], script);
  // On some clusters the name of the cluster follows.
  const [job = ''] = answer.trim().split(';');
  if (!/^\d+$/.test(job)) throw slurmFailed('sbatch', `it answered ${answer.trim().slice(0, 200)}`);
  return job;
}

/** The node of a job, once it runs. */
async function running(context: CliContext, job: string): Promise<string> {
  let told = '';
  for (;;) {
    const { state, node, reason } = await stateOf(context, job);
    if (state === 'RUNNING') return node;
    if (state !== 'PENDING' && state !== 'CONFIGURING') throw slurmJobEnded(job, state);
    if (reason !== told) context.stderr.write(`Waiting: ${reason}\n`);
    told = reason;
    await sleep(POLL_MS, undefined, { signal: context.signal });
  }
}

async function addressOf(context: CliContext, job: string, file: string): Promise<URL> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const line = text.split('\n').find((each) => each.startsWith('http://'));
    if (line !== undefined && text.includes('\n')) return new URL(line);
    const { state } = await stateOf(context, job);
    if (state !== 'RUNNING') throw slurmJobEnded(job, state);
    await sleep(POLL_MS, undefined, { signal: context.signal });
  }
}

interface JobState {
  /** `GONE` where SLURM no longer knows it. */
  readonly state: string;
  readonly node: string;
  readonly reason: string;
}

async function stateOf(context: CliContext, job: string): Promise<JobState> {
  const args = ['--noheader', `--jobs=${job}`, '--states=all', '--format=%T|%N|%r'];
  const answer = await slurm(context, 'squeue', args).catch((error: unknown) => {
    // Soon after its end a job is no longer known.
    if (String(error).includes('Invalid job id')) return '';
    throw error;
  });
  const [state = '', node = '', reason = ''] = answer.trim().split('|');
  return { state: state === '' ? 'GONE' : state, node, reason };
}

interface Tunnel extends ReachOptions {
  readonly node: string;
  readonly port: string;
}

/** Where the node is this very machine there is nothing to jump over. */
function tunnel({ node, port, localPort, login = hostname() }: Tunnel): string {
  const user = userName();
  const jump = login.split('.')[0] === node ? '' : `-J ${user}@${login} `;
  return `ssh -N -L ${localPort}:127.0.0.1:${port} ${jump}${user}@${node}`;
}

function slurm({ signal, env }: CliContext, program: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { signal, env: env as NodeJS.ProcessEnv });
    let out = '';
    let error = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      error += text;
    });
    child.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'ENOENT' ? slurmMissing(program) : cause);
    });
    child.once('close', (code) => {
      if (code === 0) resolve(out);
      else reject(slurmFailed(program, error.trim() || `exit code ${code}`));
    });
    // A program that ends before it has read everything says why itself.
    child.stdin.on('error', () => undefined).end(input);
  });
}
