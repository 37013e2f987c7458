import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { programPath } from '../setup/debian-packages.ts';
import { freePort } from '../setup/free-port.ts';

/** A real sshd on a loopback port, with keys of its own, that lets in who holds the test's key. */
export class SshServer {
  readonly #folder: string;
  readonly #port: number;
  readonly #children: ChildProcess[];

  private constructor(folder: string, port: number, child: ChildProcess) {
    this.#folder = folder;
    this.#port = port;
    this.#children = [child];
  }

  static async start(): Promise<SshServer> {
    const folder = await mkdtemp(join(tmpdir(), 'calque-sshd-'));
    await chmod(folder, 0o700);
    for (const name of ['host', 'user'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
    await copyFile(join(folder, 'user.pub'), join(folder, 'authorized'));
    const port = await freePort();
    await writeFile(
      join(folder, 'config'),
      `ListenAddress 127.0.0.1
Port ${port}
HostKey ${folder}/host
AuthorizedKeysFile ${folder}/authorized
PidFile ${folder}/pid
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
`,
    );
    // The place that sshd separates its privileges in; Debian makes it at boot.
    execFileSync('mkdir', ['-p', '/run/sshd']);
    const child = spawn(programPath('sshd') ?? 'sshd', ['-D', '-e', '-f', join(folder, 'config')], {
      stdio: 'ignore',
    });
    const server = new SshServer(folder, port, child);
    await answers(port);
    return server;
  }

  /** Runs an ssh line as a person would, but for where this server and its keys are, and waits until its port answers. */
  async runTunnel(line: string): Promise<void> {
    const [program = '', ...args] = line.split(' ');
    const options = [
      ...['-p', String(this.#port), '-i', join(this.#folder, 'user'), '-F', '/dev/null'],
      ...['-o', 'HostName=127.0.0.1', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
      ...['-o', 'ExitOnForwardFailure=yes', '-o', 'LogLevel=ERROR', '-o', `User=${userInfo().username}`],
    ];
    const child = spawn(program, [...options, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#children.unshift(child);
    await answers(Number(/-L (\d+):/.exec(line)?.[1]));
  }

  async stop(): Promise<void> {
    for (const child of this.#children) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Resolves when something listens at the port. */
async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens at ${port}`);
}
