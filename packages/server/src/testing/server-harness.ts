import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Client, createClient } from '@calque/api';
import { CalqueError } from '@calque/core';
import type { EngineListener, ImageSource } from '@calque/engine';
import { createFakeEngine, type FakeBackendOptions } from '@calque/engine/testing';
import type { ModelManifest } from '@calque/models';
import type { ModelState, PullEvent, PullOptions, ResolvedModel } from '@calque/models/node';
import type { FastifyInstance, InjectOptions } from 'fastify';
import sharp from 'sharp';
import type { Accounts } from '../accounts/accounts.ts';
import { LoginAttempts } from '../accounts/login-attempts.ts';
import { createApp } from '../app/create-app.ts';
import { Lifecycle } from '../app/lifecycle.ts';
import { DEFAULT_LIMITS, type Limits, type ServerParts } from '../app/server-parts.ts';
import { siteOf } from '../app/site.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { DatasetList } from '../datasets/dataset-list.ts';
import { openDataset } from '../datasets/open-dataset.ts';
import { EmbeddingKeeper } from '../embeddings/embedding-keeper.ts';
import { type Event, EventHub } from '../events/event-hub.ts';
import { PictureStore } from '../images/picture-store.ts';
import { logObserver } from '../logging/log-observer.ts';
import { noLog, openServerLog, SecretKeeper } from '../logging/server-log.ts';
import { ModelKeeper, type ServedModels } from '../models/model-keeper.ts';
import { openMonitoring } from '../observability/monitoring.ts';
import { type Observer, QUIET_OBSERVER } from '../observability/observer.ts';
import { Predictor } from '../predictions/predictor.ts';
import { ReportMaker } from '../reports/report-maker.ts';
import { SensitivityMeter } from '../sensitivity/sensitivity-meter.ts';
import { SettingsFile } from '../settings/settings-file.ts';
import { traceObserver } from '../tracing/trace-observer.ts';
import type { Tracing } from '../tracing/tracing.ts';

export const TOKEN = 'test-token-of-forty-three-characters-0123456';

export interface HarnessOptions {
  readonly engine?: FakeBackendOptions;
  readonly limits?: Partial<Limits>;
  readonly token?: string | null;
  readonly accounts?: Accounts;
  /** Files of the dataset before it is opened: name and size of a drawn picture, or bytes. */
  readonly files?: Readonly<Record<string, readonly [width: number, height: number] | Uint8Array | string>>;
  readonly store?: FakeStore;
  /** Takes the lines of the log; default: nobody. */
  readonly log?: { write(line: string): void };
  readonly tracing?: Tracing;
  readonly pageFolder?: string;
  readonly publicUrl?: URL;
  /** One that another harness left; default: a fresh one. */
  readonly folder?: string;
}

interface RegisteredRoute {
  readonly method: string | string[];
  readonly url: string;
}

/** The whole server over a folder of its own and a fake engine, without a port. */
export class ServerHarness {
  readonly folder: string;
  readonly root: string;
  readonly app: FastifyInstance;
  readonly parts: ServerParts;
  readonly dataset: Dataset;
  readonly client: Client;
  readonly events: Event[] = [];
  readonly engines: ReturnType<typeof createFakeEngine>[];
  /** What each of them would tell its events to. */
  readonly engineListeners: EngineListener[];
  readonly faults: unknown[];
  readonly routes: readonly RegisteredRoute[];

  private constructor(
    fields: Omit<
      ServerHarness,
      'events' | 'inject' | 'close' | 'kill' | 'path' | 'image' | 'until' | 'client'
    >,
  ) {
    this.folder = fields.folder;
    this.root = fields.root;
    this.app = fields.app;
    this.parts = fields.parts;
    this.dataset = fields.dataset;
    this.engines = fields.engines;
    this.engineListeners = fields.engineListeners;
    this.faults = fields.faults;
    this.routes = fields.routes;
    this.parts.events.listen(({ event }) => this.events.push(event));
    this.client = createClient({
      baseUrl: 'http://127.0.0.1',
      headers: { authorization: `Bearer ${TOKEN}` },
      fetch: (async (url: string, request: RequestInit) => this.#fetch(url, request)) as typeof fetch,
    });
  }

  static async create(options: HarnessOptions = {}): Promise<ServerHarness> {
    const folder = options.folder ?? (await realpath(await mkdtemp(join(tmpdir(), 'calque-server-'))));
    const root = join(folder, 'photos');
    await mkdir(root, { recursive: true });
    for (const [name, content] of Object.entries(options.files ?? {}))
      await writeTestFile(root, name, content);
    const events = new EventHub('0.0.0');
    const tell: EventHub['tell'] = (event) => events.tell(event);
    const engines: ReturnType<typeof createFakeEngine>[] = [];
    const engineListeners: EngineListener[] = [];
    let observed: Observer = QUIET_OBSERVER;
    const models = await ModelKeeper.open({
      store: options.store ?? new FakeStore(),
      createEngine: async (_model, { onEvent }) => {
        const engine = createFakeEngine({ sizeOf: orientedSize, sha256Of: fileHash, ...options.engine });
        engines.push(engine);
        engineListeners.push(onEvent);
        const climb = async (): Promise<void> =>
          onEvent({ kind: 'memory-step', step: 'climbed', model: 'fake', cause: 'asked for' });
        return Object.assign(engine, { climb });
      },
      defaultModel: null,
      onEngineEvent: (id, event) => observed.engine(id, event),
      tell,
    });
    const dataset = await openDataset({ folder: root, home: join(folder, 'home'), tell });
    await dataset.indexed();
    const log =
      options.log === undefined
        ? noLog()
        : openServerLog({ level: 'debug', to: options.log }, new SecretKeeper());
    const monitoring = await openMonitoring({
      home: join(folder, 'home'),
      models,
      others: [logObserver(log), traceObserver],
    });
    const { observer } = monitoring;
    observed = observer;
    const embeddings = new EmbeddingKeeper({ models, tell, observer });
    const parts: ServerParts = {
      datasets: new DatasetList([dataset]),
      models,
      embeddings,
      predictor: new Predictor(embeddings, observer),
      sensitivity: new SensitivityMeter({ embeddings, tell }),
      reports: new ReportMaker({ tell, software: { name: 'calque', version: '0.0.0' }, examine: null }),
      pictures: new PictureStore(),
      events,
      settings: await SettingsFile.open(join(folder, 'home')),
      monitoring,
      log,
      tracing: options.tracing ?? null,
      attempts: new LoginAttempts(options.limits?.loginsPerMinute ?? DEFAULT_LIMITS.loginsPerMinute),
      guard: {
        token: options.token === undefined ? TOKEN : options.token,
        accounts: options.accounts ?? null,
        hosts: [
          '127.0.0.1',
          'localhost',
          ...(options.publicUrl === undefined ? [] : [options.publicUrl.hostname]),
        ],
        cookieName: 'calque-test',
        language: 'en',
        site: siteOf(options.publicUrl ?? null),
      },
      pageFolder: options.pageFolder ?? null,
      version: '0.0.0',
      lifecycle: new Lifecycle(),
      home: join(folder, 'home'),
      limits: { ...DEFAULT_LIMITS, ...options.limits },
    };
    const faults: unknown[] = [];
    const routes: RegisteredRoute[] = [];
    const app = await createApp(parts, {
      onFault: (error) => faults.push(error),
      onRoute: ({ method, url }) => routes.push({ method, url }),
    });
    return new ServerHarness({ folder, root, app, parts, dataset, engines, engineListeners, faults, routes });
  }

  /** A request with the token. */
  inject(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    options: Omit<InjectOptions, 'url' | 'method'> = {},
  ) {
    return this.app.inject({
      method,
      url,
      ...options,
      headers: { host: '127.0.0.1', authorization: `Bearer ${TOKEN}`, ...options.headers },
    });
  }

  /** Address of the dataset, or of an image in it. */
  path(imageId?: string): string {
    return `/api/datasets/${this.dataset.id}${imageId === undefined ? '' : `/images/${imageId}`}`;
  }

  /** Id of the image at a path. */
  async image(path: string): Promise<string> {
    const [found] = await this.dataset.storage.imagesAt([path]);
    if (found === undefined) throw new Error(`no image ${path}`);
    return found.id;
  }

  /** Resolves with the first event, past or to come, that fits. */
  until<T extends Event>(fits: (event: Event) => event is T): Promise<T>;
  until(fits: (event: Event) => boolean): Promise<Event>;
  until(fits: (event: Event) => boolean): Promise<Event> {
    const past = this.events.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve) => {
      const stop = this.parts.events.listen(({ event }) => {
        if (!fits(event)) return;
        stop();
        resolve(event);
      });
    });
  }

  async close(): Promise<void> {
    await this.app.close();
    this.parts.embeddings.close();
    await this.parts.reports.close();
    await this.parts.models.close();
    await this.parts.pictures.close();
    await this.parts.datasets.close();
    await this.parts.monitoring.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #fetch(url: string, request: RequestInit): Promise<Response> {
    const answer = await this.app.inject({
      method: request.method as 'GET',
      url: url.replace('http://127.0.0.1', ''),
      headers: { host: '127.0.0.1', ...(request.headers as Record<string, string>) },
      ...(request.body === undefined ? {} : { payload: request.body as string }),
    });
    const headers = { 'content-type': String(answer.headers['content-type'] ?? '') };
    const empty = answer.statusCode === 204 || answer.statusCode === 304;
    return new Response(empty ? null : new Uint8Array(answer.rawPayload), {
      status: answer.statusCode,
      headers,
    });
  }
}

async function writeTestFile(
  root: string,
  name: string,
  content: readonly [number, number] | Uint8Array | string,
): Promise<void> {
  const path = join(root, name);
  await mkdir(dirname(path), { recursive: true });
  const isSize = Array.isArray(content);
  await writeFile(
    path,
    isSize ? await picture(name, content[0] as number, content[1] as number) : (content as string),
  );
}

/** A picture with a colour of its own, so that no two files are equal. */
export async function picture(name: string, width: number, height: number): Promise<Buffer> {
  const shade = [...name].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 256;
  const drawn = sharp({ create: { width, height, channels: 3, background: { r: shade, g: 90, b: 200 } } });
  return name.endsWith('.png') ? drawn.png().toBuffer() : drawn.jpeg().toBuffer();
}

async function fileHash(source: ImageSource): Promise<string> {
  const bytes = source.kind === 'file' ? await readFile(source.path) : source.bytes;
  return createHash('sha256').update(bytes).digest('hex');
}

async function orientedSize(source: ImageSource): Promise<{ width: number; height: number }> {
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

/** A store of one model whose download a test controls. */
export class FakeStore implements ServedModels {
  decoderPath = '/models/fake/decoder.onnx';
  #state: ModelState;
  #pull:
    | { resolve: () => void; reject: (error: Error) => void; tell: (event: PullEvent) => void }
    | undefined;

  constructor(state: ModelState = 'installed') {
    this.#state = state;
  }

  manifest(id: string): ModelManifest {
    if (id !== manifest.id) throw modelIdUnknownInTest(id);
    return manifest;
  }
  list: ServedModels['list'] = async () => [
    { manifest, isDefault: true, state: this.#state, folder: '/models/fake', sizeBytes: 246 },
  ];
  resolve: ServedModels['resolve'] = async () => this.#resolved();

  async pull(_id: string, options: PullOptions = {}): Promise<ResolvedModel> {
    await new Promise<void>((resolve, reject) => {
      this.#pull = { resolve, reject, tell: (event) => options.onProgress?.(event) };
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
    });
    this.#state = 'installed';
    return this.#resolved();
  }

  progress(bytes: number): void {
    this.#pull?.tell({
      kind: 'progress',
      id: 'fake',
      file: 'encoder.onnx',
      bytes,
      totalBytes: 246,
      bytesPerSecond: 9,
    });
  }
  finish(): void {
    this.#pull?.resolve();
  }
  fail(error: Error): void {
    this.#pull?.reject(error);
  }

  #resolved(): ResolvedModel {
    return {
      manifest,
      folder: '/models/fake',
      encoder: { ...manifest.encoder, path: '/models/fake/encoder.onnx' },
      decoder: { ...manifest.decoder, path: this.decoderPath },
    };
  }
}

function modelIdUnknownInTest(id: string): Error {
  return new CalqueError({ code: 'model-id-unknown', message: `no ${id}`, expected: 'fake' });
}
