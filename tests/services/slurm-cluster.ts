import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../setup/debian-packages.ts';
import { freePort } from '../setup/free-port.ts';

/** SLURM on this machine alone, in a folder of its own: one node, one partition, ports that were free. */
export class SlurmCluster {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly #daemons: ChildProcess[];

  private constructor(folder: string, daemons: ChildProcess[]) {
    this.folder = folder;
    this.env = { ...process.env, SLURM_CONF: join(folder, 'slurm.conf') };
    this.#daemons = daemons;
  }

  static async start(): Promise<SlurmCluster> {
    const folder = await mkdtemp(join(tmpdir(), 'calque-cluster-'));
    // munged wants every folder above its socket to be closed to others' writing, or sticky, as /tmp is.
    await chmod(folder, 0o755);
    for (const name of ['state', 'spool', 'munge', 'jobs']) await mkdir(join(folder, name), { mode: 0o755 });
    await writeFile(join(folder, 'munge', 'key'), randomBytes(1024), { mode: 0o600 });
    await writeFile(join(folder, 'slurm.conf'), await configuration(folder));
    const conf = join(folder, 'slurm.conf');
    const cluster = new SlurmCluster(folder, [
      daemon(folder, 'munged', [
        '--foreground',
        '--force',
        ...['key', 'socket', 'pid', 'seed'].map((name) =>
          name === 'key' || name === 'seed' || name === 'pid'
            ? `--${name}-file=${join(folder, 'munge', name)}`
            : `--socket=${join(folder, 'munge', name)}`,
        ),
        `--log-file=${join(folder, 'munge', 'log')}`,
      ]),
      daemon(folder, 'slurmctld', ['-D', '-c', '-f', conf]),
      daemon(folder, 'slurmd', ['-D', '-f', conf]),
    ]);
    await cluster.until(async () => cluster.run('sinfo', ['--noheader', '--format=%t']).trim() === 'idle');
    return cluster;
  }

  run(program: string, args: readonly string[]): string {
    try {
      return execFileSync(program, [...args], { env: this.env, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      return String((error as { stderr?: string }).stderr ?? error);
    }
  }

  /** State and exit code of a job, e.g. `COMPLETED 0:0`. */
  jobState(job: string): string {
    const text = this.run('scontrol', ['show', 'job', job]);
    return `${/JobState=(\w+)/.exec(text)?.[1]} ${/ExitCode=([\d:]+)/.exec(text)?.[1]}`;
  }

  async until(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const log = await readFile(join(this.folder, 'slurmctld.log'), 'utf8').catch(() => '');
    throw new Error(`the cluster did not come to it; slurmctld says:\n${log.slice(-2000)}`);
  }

  async stop(): Promise<void> {
    this.run('scancel', ['--user=root']);
    for (const child of [...this.#daemons].reverse()) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

function daemon(folder: string, program: string, args: readonly string[]): ChildProcess {
  const log = openSync(join(folder, `${program}.log`), 'a');
  const child = spawn(programPath(program) ?? program, [...args], { stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

async function configuration(folder: string): Promise<string> {
  const host = hostname().split('.')[0];
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket
CredType=cred/munge
SlurmctldPort=${await freePort()}
SlurmdPort=${await freePort()}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SwitchType=switch/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
KillWait=30
ReturnToService=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cpus().length} State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`;
}
