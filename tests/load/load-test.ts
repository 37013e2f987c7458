import { join } from 'node:path';
import type { Client, WireImage } from '@calque/api';
import sharp from 'sharp';
import { seededRandom } from '../../packages/core/src/testing/seeded-masks.ts';
import { ServedFolder } from '../e2e/served-folder.ts';
import { quantile } from '../setup/quantile.ts';
import { type Acknowledged, type Action, nothingYet, PersonAtWork, pause } from './person-at-work.ts';
import { residentBytes } from './process-memory.ts';
import { whatIsMissing } from './what-is-missing.ts';

export interface LoadOptions {
  readonly minutes: number;
  readonly people: number;
  readonly images: number;
  readonly model: string;
  readonly thinkMs: number;
  readonly seed: number;
  /** Told now and then how far it is. */
  readonly onProgress?: (text: string) => void;
}

export interface ActionFigures {
  readonly action: Action;
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface LoadFigures {
  /** From the first request to the last answer. */
  readonly seconds: number;
  readonly actions: readonly ActionFigures[];
  readonly promptsPerSecond: number;
  readonly objectsPerMinute: number;
  /** Requests that the server sent back with `Retry-After`, and that were answered later. */
  readonly refusals: number;
  readonly errors: readonly string[];
  /** What the server had acknowledged and does not have. */
  readonly missing: readonly string[];
  /** Medians of the resident memory of the server and its children over the second and the last fifth of the time. */
  readonly memoryBytes: { readonly early: number; readonly late: number; readonly most: number };
}

const PROMPTS = 12;
const SAMPLE_MS = 2000;

/** People who outline objects on one server at once, as they do in the page. Everything is seeded but time. */
export async function loadTest(options: LoadOptions): Promise<LoadFigures> {
  const served = await ServedFolder.create({
    images: await manyImages(options.images),
    models: [options.model],
  });
  try {
    await served.start({ model: options.model });
    await modelReady(served.client);
    return await measure(served, options);
  } finally {
    await served.remove();
  }
}

async function measure(served: ServedFolder, options: LoadOptions): Promise<LoadFigures> {
  const images = await allImages(served.client);
  const times: Record<Action, number[]> = { open: [], encode: [], decode: [], accept: [] };
  const errors: string[] = [];
  const acknowledged = nothingYet();
  const memory: number[] = [];
  let refusals = 0;
  const sampler = setInterval(() => {
    memory.push(residentBytes(served.pid ?? 0));
    const said = `${times.decode.length} prompts, ${errors.length} errors, ${mib(memory.at(-1) ?? 0)} MiB`;
    options.onProgress?.(`${Math.round((performance.now() - started) / 1000)} s: ${said}`);
  }, SAMPLE_MS);
  const started = performance.now();
  const end = started + options.minutes * 60_000;
  const everybody = Array.from({ length: options.people }, async (_, number) => {
    const random = seededRandom(options.seed + number);
    const { signal } = new AbortController();
    const person = new PersonAtWork({
      ...{ client: served.clientOf(`person-${number}`), name: `person-${number}`, model: options.model },
      ...{ random, acknowledged, signal, prompts: PROMPTS, thinkMs: options.thinkMs },
      onDone: (action, ms) => times[action].push(ms),
      onRefused: () => refusals++,
    });
    // Not all at the same moment: they come in one after the other.
    await pause(options.thinkMs * random() * 2, signal);
    while (performance.now() < end) {
      const image = images[Math.floor(random() * images.length)] as WireImage;
      await person.outlineObject(image).catch((error: unknown) => errors.push(String(error)));
    }
  });
  await Promise.all(everybody);
  clearInterval(sampler);
  const seconds = (performance.now() - started) / 1000;
  return {
    seconds,
    actions: (Object.keys(times) as Action[]).map((action) => figuresOf(action, times[action])),
    promptsPerSecond: times.decode.length / seconds,
    objectsPerMinute: (60 * times.accept.length) / seconds,
    refusals,
    errors,
    missing: await missingOn(served, acknowledged),
    memoryBytes: {
      early: quantile(part(memory, 0.2, 0.4), 0.5),
      late: quantile(part(memory, 0.8, 1), 0.5),
      most: Math.max(0, ...memory),
    },
  };
}

async function missingOn(served: ServedFolder, acknowledged: Acknowledged): Promise<string[]> {
  const [dataset] = await served.client.call('listDatasets', {});
  return whatIsMissing(served.client, dataset?.id ?? '', acknowledged);
}

/** Parts of the samples, each cut elsewhere, so that every image has an embedding of its own. */
export async function manyImages(count: number): Promise<Record<string, Uint8Array>> {
  const samples = ['breakfast.jpg', 'desk.jpg', 'kitchen.jpg', 'blocks.jpg'];
  const made = Array.from({ length: count }, async (_, i) => {
    const sample = join(process.cwd(), 'samples', samples[i % samples.length] ?? '');
    const { width, height } = await sharp(sample).metadata();
    const cut = { left: (7 * i) % 60, top: (3 * i) % 40, width: width - 70, height: height - 50 };
    const name = `image-${String(i).padStart(3, '0')}.jpg`;
    return [name, new Uint8Array(await sharp(sample).extract(cut).jpeg().toBuffer())] as const;
  });
  return Object.fromEntries(await Promise.all(made));
}

export async function allImages(client: Client): Promise<WireImage[]> {
  const [dataset] = await client.call('listDatasets', {});
  const params = { datasetId: dataset?.id ?? '' };
  for (;;) {
    const { images } = await client.call('listImages', { params, query: { limit: 200 } });
    if (images.length > 0 && images.every(({ size }) => size !== null)) return images;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function modelReady(client: Client): Promise<void> {
  while ((await client.call('health', {})).engine.provider === null)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

function figuresOf(action: Action, times: readonly number[]): ActionFigures {
  const [p50Ms, p95Ms, p99Ms] = [quantile(times, 0.5), quantile(times, 0.95), quantile(times, 0.99)];
  return { action, count: times.length, p50Ms, p95Ms, p99Ms };
}

function part(values: readonly number[], from: number, to: number): number[] {
  return values.slice(Math.floor(from * values.length), Math.ceil(to * values.length));
}

export function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
