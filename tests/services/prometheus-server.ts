import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../architecture/workspace.ts';
import { programPath } from '../setup/debian-packages.ts';
import { freePort } from '../setup/free-port.ts';

const DEPLOYED = join(repositoryRoot, 'deploy/prometheus');

export interface PrometheusOptions {
  /** Port at which Calque answers scrapes. */
  readonly metricsPort: number;
  /** What is changed in the rules, which wait for minutes otherwise. */
  readonly rules: (text: string) => string;
}

/** A Prometheus of its own, with the configuration of deploy/: every second, at free ports, in a folder that goes with it. */
export class PrometheusServer {
  readonly #folder: string;
  readonly #address: string;
  readonly #process: ChildProcess;
  #said = '';

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#address = `http://127.0.0.1:${port}`;
    const argv = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    this.#process = spawn(programPath('prometheus') ?? 'prometheus', argv, {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
  }

  static async start({ metricsPort, rules }: PrometheusOptions): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'calque-prometheus-'));
    const configuration = readFileSync(join(DEPLOYED, 'prometheus.yml'), 'utf8')
      .replaceAll(': 15s', ': 1s')
      .replace('127.0.0.1:9511', `127.0.0.1:${metricsPort}`);
    await writeFile(join(folder, 'prometheus.yml'), configuration);
    const text = readFileSync(join(DEPLOYED, 'calque.rules.yml'), 'utf8');
    await writeFile(join(folder, 'calque.rules.yml'), rules(text));
    return new PrometheusServer(folder, await freePort());
  }

  /** The values of a query now, by the labels that are named. */
  async query(query: string, label = 'alertname'): Promise<Record<string, number>> {
    const answer = await fetch(`${this.#address}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return Object.fromEntries(
      data.result.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]),
    );
  }

  async until(query: string, holds: (values: Readonly<Record<string, number>>) => boolean): Promise<void> {
    let values: Record<string, number> = {};
    for (let tries = 0; tries < 400; tries++) {
      // Not listening yet is no answer either.
      values = await this.query(query).catch(() => ({}));
      if (holds(values)) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(
      `${query} stayed ${JSON.stringify(values)}; Prometheus says:\n${this.#said.slice(-2000)}`,
    );
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export interface Checked {
  readonly code: number;
  readonly said: string;
}

/** What promtool says of the files of deploy/, in a folder that it may not change. */
export function promtool(args: readonly string[], input = ''): Checked {
  try {
    const said = execFileSync(programPath('promtool') ?? 'promtool', [...args], {
      cwd: DEPLOYED,
      input,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    return { code: 0, said };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    return { code: status, said: stdout + stderr };
  }
}
