import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../architecture/workspace.ts';
import { programPath } from '../setup/debian-packages.ts';

export interface NginxOptions {
  readonly host: string;
  readonly port: number;
  /** Where Calque listens. */
  readonly calquePort: number;
}

/** An nginx of its own with the example of deploy/, at another port and without a certificate. */
export class NginxServer {
  readonly #folder: string;
  readonly #process: ChildProcess;
  #said = '';

  private constructor(folder: string) {
    this.#folder = folder;
    const argv = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off;'];
    this.#process = spawn(programPath('nginx') ?? 'nginx', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
  }

  static async start({ host, port, calquePort }: NginxOptions): Promise<NginxServer> {
    const folder = await mkdtemp(join(tmpdir(), 'calque-nginx-'));
    await mkdir(join(folder, 'tmp'));
    const site = readFileSync(join(repositoryRoot, 'deploy/nginx/calque.conf'), 'utf8')
      .replace('listen 443 ssl', `listen 127.0.0.1:${port}`)
      .replace(/^ *ssl_certificate.*\n/gm, '')
      .replace('server_name example.org', `server_name ${host}`)
      .replace('127.0.0.1:8511', `127.0.0.1:${calquePort}`);
    await writeFile(join(folder, 'calque.conf'), site);
    await writeFile(join(folder, 'nginx.conf'), configuration(folder));
    const server = new NginxServer(folder);
    await server.#listening(port);
    return server;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #listening(port: number): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
      if (answer !== null) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`nginx does not listen:\n${this.#said}`);
  }
}

/** What a distribution's own nginx.conf has, with all files in one folder. */
function configuration(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/tmp/${name};`,
  );
  return `user root;
pid ${folder}/nginx.pid;
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  include ${folder}/calque.conf;
}
`;
}
