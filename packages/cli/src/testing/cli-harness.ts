import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { Engine, ImageSource } from '@calque/engine';
import { createFakeEngine, type FakeBackendOptions } from '@calque/engine/testing';
import type { ModelManifest } from '@calque/models';
import type { ModelStore, ResolvedModel } from '@calque/models/node';
import sharp from 'sharp';
import type { CliContext } from '../context.ts';
import { runCli } from '../run-cli.ts';

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type FakeEngine = ReturnType<typeof createFakeEngine>;

export interface RunOptions {
  readonly stdin?: string;
  readonly engine?: FakeBackendOptions;
  readonly context?: Partial<CliContext>;
}

/** A folder of its own, and `calque` run in it with a fake engine and a fake store. */
export class CliHarness {
  readonly folder: string;
  readonly engines: FakeEngine[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<CliHarness> {
    return new CliHarness(await mkdtemp(path.join(tmpdir(), 'calque-test-')));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<CliResult> {
    const stdout = new Memory();
    const stderr = new Memory();
    const code = await runCli(argv, {
      stdin: Readable.from([options.stdin ?? '']),
      stdout,
      stderr,
      cwd: this.folder,
      env: {},
      signal: new AbortController().signal,
      now: () => new Date('2031-02-03T04:05:06.789Z'),
      assetsFolder: this.folder,
      pageFolder: null,
      openStore: async () => fakeStore(),
      createEngine: async () => this.#createEngine(options.engine),
      ...options.context,
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
  }

  /** A picture with a colour of its own, so that no two files are equal. */
  async image(name: string, width = 40, height = 30): Promise<string> {
    const shade = [...name].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 256;
    const picture = sharp({
      create: { width, height, channels: 3, background: { r: shade, g: 90, b: 200 } },
    });
    await picture.toFile(path.join(this.folder, name));
    return name;
  }

  async file(name: string, content: string | Uint8Array): Promise<string> {
    await writeFile(path.join(this.folder, name), content);
    return name;
  }

  async text(name: string): Promise<string> {
    return readFile(path.join(this.folder, name), 'utf8');
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was written as its readers do, without types
  async json(name: string): Promise<any> {
    return JSON.parse(await this.text(name));
  }

  async list(folder = '.'): Promise<string[]> {
    return (await readdir(path.join(this.folder, folder))).sort();
  }

  /** Calls of one kind over all engines that were made. */
  calls(name: 'encode' | 'decode'): number {
    return this.engines.flatMap((engine) => engine.backend.calls).filter((call) => call.name === name).length;
  }

  #createEngine(options: FakeBackendOptions = {}): Engine {
    const engine = fakeEngine(options);
    this.engines.push(engine);
    return engine;
  }
}

/** A fake engine that knows the sizes and the hashes of real files. */
export function fakeEngine(options: FakeBackendOptions = {}): FakeEngine {
  return createFakeEngine({ sizeOf: orientedSize, sha256Of: fileHash, ...options });
}

class Memory extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

async function fileHash(source: ImageSource): Promise<string> {
  const bytes = source.kind === 'file' ? await readFile(source.path) : source.bytes;
  return createHash('sha256').update(bytes).digest('hex');
}

export async function orientedSize(source: ImageSource): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(source.kind === 'file' ? source.path : source.bytes).metadata();
  return { width, height };
}

const file = (name: string, digit: string) => ({ name, sizeBytes: 123, sha256: digit.repeat(64) });

const manifest: ModelManifest = {
  id: 'fake',
  family: 'sam2',
  variant: 'drawn',
  description: 'draws shapes',
  licence: { spdx: 'Apache-2.0', origin: 'this test' },
  encoder: file('encoder.onnx', 'a'),
  decoder: file('decoder.onnx', 'b'),
  input: {
    size: { width: 1024, height: 1024 },
    fit: 'squash',
    scale: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    channelOrder: 'rgb',
    logits: { width: 256, height: 256 },
  },
  sources: [],
};

const resolved: ResolvedModel = {
  manifest,
  folder: '/models/fake',
  encoder: { ...manifest.encoder, path: '/models/fake/encoder.onnx' },
  decoder: { ...manifest.decoder, path: '/models/fake/decoder.onnx' },
};

/** One model, installed and in order. */
export function fakeStore(changes: Partial<ModelStore> = {}): ModelStore {
  return {
    folder: '/models',
    manifest: () => manifest,
    list: async () => [
      { manifest, isDefault: true, state: 'installed', folder: resolved.folder, sizeBytes: 246 },
    ],
    published: () => [],
    import: async () => resolved,
    probe: async () => null,
    noteProbe: async () => undefined,
    pull: async () => resolved,
    verify: async (id) => ({ id, folder: resolved.folder, ok: true, files: verifiedFiles() }),
    path: async () => resolved.folder,
    remove: async () => true,
    resolve: async () => resolved,
    ensure: async () => resolved,
    ...changes,
  };
}

function verifiedFiles() {
  return [manifest.encoder, manifest.decoder].map(({ name, sha256 }) => ({
    name,
    ok: true,
    expectedSha256: sha256,
    actualSha256: sha256,
  }));
}
