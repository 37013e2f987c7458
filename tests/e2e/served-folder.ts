import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type WireImage } from '@calque/api';
import { createModelStore } from '@calque/models/node';
import { freePort } from '../setup/free-port.ts';

/** Tests and benchmarks run from the root of the repository, whatever folder their code was bundled into. */
const root = process.cwd();
const calque = join(root, 'packages/cli/bin/calque.js');

export interface ServedFolderOptions {
  /** Files by the names that they get in the folder: what they hold, or which file of `samples` they are. */
  readonly images: Readonly<Record<string, string | Uint8Array>>;
  /** Models that are there when the server starts; without any, none is ready. */
  readonly models?: readonly string[];
  /** For the server's process. */
  readonly env?: Readonly<Record<string, string>>;
  /** The command; default: that of the checkout. */
  readonly program?: string;
}

export interface StartOptions {
  /** The model that pages begin with. */
  readonly model?: string;
  /** Folder from which models are taken first. */
  readonly mirror?: string;
  /** More flags of `calque serve`. */
  readonly flags?: readonly string[];
}

/** A folder of images and the server that shows it: as a person starts it, in a process of its own that can be killed. */
export class ServedFolder {
  readonly folder: string;
  readonly home: string;
  readonly #root: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #program: string;
  #process: ChildProcess | null = null;
  #port: number | null = null;
  #address = '';
  #said = '';

  private constructor(place: string, env: Readonly<Record<string, string>>, program: string) {
    this.#root = place;
    this.#env = env;
    this.#program = program;
    this.folder = join(place, 'photos');
    this.home = join(place, 'home');
  }

  /** Makes the folder, and a home whose models are those of this machine, downloaded where they are missing. */
  static async create({
    images,
    models = ['sam2-hiera-tiny'],
    env = {},
    program = calque,
  }: ServedFolderOptions): Promise<ServedFolder> {
    const made = new ServedFolder(await mkdtemp(join(tmpdir(), 'calque-e2e-')), env, program);
    await mkdir(made.folder);
    for (const [name, content] of Object.entries(images)) {
      const file = join(made.folder, name);
      if (typeof content === 'string') await cp(join(root, 'samples', content), file);
      else await writeFile(file, content);
    }
    for (const id of models) await linkModel(id, join(made.home, 'models'));
    return made;
  }

  /** The address that the server printed: the access token is in it. */
  get address(): string {
    return this.#address;
  }

  /** Where it listens. */
  get port(): number {
    if (this.#port === null) throw new Error('it was not started');
    return this.#port;
  }

  /** Of the server's process; null when it does not run. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** What the server has said on stderr since it was started. */
  get said(): string {
    return this.#said;
  }

  get origin(): string {
    return new URL(this.#address).origin;
  }

  /** As a program would ask, with the token. */
  get client(): Client {
    return createClient({ baseUrl: `http://127.0.0.1:${this.port}`, headers: this.#headers });
  }

  /** As a page of this name would ask. */
  clientOf(page: string): Client {
    return createClient({
      baseUrl: `http://127.0.0.1:${this.port}`,
      headers: { ...this.#headers, 'x-calque-page': page },
    });
  }

  get #headers(): Record<string, string> {
    const token = new URL(this.#address).searchParams.get('token') ?? '';
    return { authorization: `Bearer ${token}` };
  }

  /** Starts the server, at the port that it had before if it had one. Resolves when it listens. */
  async start({ model, mirror, flags = [] }: StartOptions = {}): Promise<void> {
    // Chosen here: a page is known by a cookie that is named after the port that the server was started with.
    this.#port ??= await freePort();
    const more = model === undefined ? [] : ['--model', model];
    const env = mirror === undefined ? {} : { CALQUE_MODELS_MIRROR: mirror };
    const argv = ['serve', this.folder, '--port', String(this.#port), ...more, ...flags];
    const child = this.#run(argv, env);
    this.#process = child;
    this.#said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#said += chunk.toString();
    });
    this.#address = await firstLine(child);
  }

  /** Tells the server to end, as a service manager does. @returns its exit code. */
  async stop(): Promise<number | null> {
    const child = this.#process;
    this.#process = null;
    if (child === null) return null;
    const exit = ended(child);
    child.kill('SIGTERM');
    return exit;
  }

  /** Runs a command of the command line to its end. */
  async run(...argv: readonly string[]): Promise<void> {
    const child = this.#run(argv);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const code = await ended(child);
    if (code !== 0) throw new Error(`calque ${argv.join(' ')} ended with ${code}:\n${said}`);
  }

  /** As the machine ends it when it has no memory left: no farewell. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null) return;
    const exit = ended(child);
    child.kill('SIGKILL');
    await exit;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** An image by the name of its file, once the server has looked at it. */
  async image(name: string): Promise<WireImage> {
    const { client } = this;
    const [dataset] = await client.call('listDatasets', {});
    const params = { datasetId: dataset?.id ?? '' };
    const { images } = await client.call('listImages', { params, query: { limit: 100 } });
    const found = images.find((image) => image.name === name);
    if (found === undefined) throw new Error(`the server shows no ${name}`);
    return found;
  }

  #run(argv: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess {
    const env = { ...process.env, CALQUE_HOME: this.home, ...this.#env, ...more };
    return spawn(process.execPath, [this.#program, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

/** Puts a model of this machine into a folder of models, downloaded where it is missing. */
export async function linkModel(id: string, models: string): Promise<void> {
  const { folder } = await createModelStore().ensure(id);
  await mkdir(models, { recursive: true });
  await symlink(folder, join(models, id));
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      const end = out.indexOf('\n');
      if (end >= 0) resolve(out.slice(0, end));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('close', resolve));
}
