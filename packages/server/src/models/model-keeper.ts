import type { DecoderFacts, MemoryState, ModelState, ServerEvent } from '@calque/api';
import type { Engine, EngineEvent, EngineInfo, EngineListener, Fallback } from '@calque/engine';
import type { ModelManifest } from '@calque/models';
import type {
  ModelStore,
  PullEvent,
  PullListener,
  ResolvedFile,
  ResolvedModel,
  StoredModel,
} from '@calque/models/node';
import { problemOf } from '../app/problem-of.ts';
import { serverClosing } from '../errors.ts';
import type { EngineSituation } from '../observability/server-metrics.ts';
import { smallerModels } from './smaller-models.ts';

/** What the server asks of the model store. */
export type ServedModels = Pick<ModelStore, 'manifest' | 'list' | 'resolve' | 'pull'>;

export interface CreateEngineOptions {
  readonly onEvent: EngineListener;
  /** What can take the place of the model where memory does not suffice, from the largest to the smallest. */
  readonly fallbacks: () => Promise<readonly Fallback<ResolvedModel>[]>;
}

/** Engines that can step down have `climb`. */
export type ServedEngine = Engine & { climb?(): Promise<void> };

export type CreateEngine = (model: ResolvedModel, options: CreateEngineOptions) => Promise<ServedEngine>;

export interface ModelKeeperOptions {
  readonly store: ServedModels;
  readonly createEngine: CreateEngine;
  /** Is told what the engine of a model and its processes do. */
  readonly onEngineEvent?: (model: string, event: EngineEvent) => void;
  /** Id of the model that pages begin with; null for the store's own default. */
  readonly defaultModel: string | null;
  readonly tell: (event: ServerEvent) => void;
  /** Follows every download, for the terminal. */
  readonly onPull?: PullListener;
}

type Pulling = Pick<ModelState, 'status' | 'progress' | 'problem'>;

/** The models that can be asked: which are on this machine, which are on their way, and an engine for each that is used. */
export class ModelKeeper {
  /** Id of the model that pages begin with. */
  readonly defaultModel: string;
  readonly #options: ModelKeeperOptions;
  readonly #engines = new Map<string, Promise<ServedEngine>>();
  readonly #memory = new Map<string, MemoryState>();
  readonly #pulls = new Map<string, { state: Pulling; done: Promise<void> }>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #closing = new AbortController();
  readonly #providers = new Map<string, string>();
  #preparing: Promise<void> = Promise.resolve();
  #defaultInfo: EngineInfo | null = null;

  private constructor(options: ModelKeeperOptions, defaultModel: string) {
    this.#options = options;
    this.defaultModel = defaultModel;
  }

  /** Rejects with `model-id-unknown` where the default was named and is none. */
  static async open(options: ModelKeeperOptions): Promise<ModelKeeper> {
    const { defaultModel, store } = options;
    if (defaultModel !== null) return new ModelKeeper(options, store.manifest(defaultModel).id);
    const models = await store.list();
    const chosen = models.find(({ isDefault }) => isDefault) ?? models[0];
    if (chosen === undefined) throw new Error('the store knows no model');
    return new ModelKeeper(options, chosen.manifest.id);
  }

  async list(): Promise<ModelState[]> {
    return (await this.#options.store.list()).map((model) => this.#stateOf(model));
  }

  /** Rejects with `model-id-unknown`. */
  async state(id: string): Promise<ModelState> {
    const { store } = this.#options;
    const wanted = store.manifest(id);
    const found = (await store.list()).find(({ manifest }) => manifest.id === wanted.id);
    if (found === undefined) throw new Error(`the store lists no ${id}`);
    return this.#stateOf(found);
  }

  /** Begins a download, or looks on at the one that runs. Rejects with `model-id-unknown`. */
  async pull(id: string): Promise<ModelState> {
    const state = await this.state(id);
    if (state.status === 'ready' || this.#pulls.get(id)?.state.status === 'downloading') return state;
    this.#startPull(id);
    return this.state(id);
  }

  /**
   * Gets the default model ready, downloaded where it is missing, so that the first prompt need not wait for it.
   * Rejects with `server-closing` or `engine-closed` where the end comes first.
   * @param atRest resolves when loading it takes the processor from nobody, or its signal is aborted; a prompt that comes
   *   before loads it at once
   */
  prepareDefault(atRest: (signal: AbortSignal) => Promise<void> = async () => undefined): Promise<void> {
    this.#preparing = this.#prepare(this.defaultModel, atRest);
    return this.#preparing;
  }

  async #prepare(id: string, atRest: (signal: AbortSignal) => Promise<void>): Promise<void> {
    await this.pull(id);
    if (!this.#engines.has(id)) await atRest(this.#closing.signal);
    const engine = await this.engine(id, this.#closing.signal);
    this.#defaultInfo = await engine.start({ signal: this.#closing.signal });
  }

  /** The default model is loaded: the first prompt need not wait for it. */
  get isWarm(): boolean {
    return this.#defaultInfo !== null;
  }

  async isReady(id: string): Promise<boolean> {
    return (await this.state(id)).status === 'ready';
  }

  /** The engine of a model. Waits while the model is not there. Rejects with `model-id-unknown` or the signal's reason. */
  async engine(id: string, signal: AbortSignal): Promise<Engine> {
    while (!(await this.isReady(id))) await this.#installed(id, signal);
    if (this.#closing.signal.aborted) throw serverClosing();
    const known = this.#engines.get(id);
    if (known !== undefined) return known;
    const engine = this.#create(id);
    this.#engines.set(id, engine);
    // A damaged file is repaired by a pull; the next request looks again.
    engine.catch(() => this.#engines.delete(id));
    return engine;
  }

  /** A model's decoder file. Rejects with `model-id-unknown`, `model-not-installed` or `model-damaged`. */
  async decoder(id: string): Promise<ResolvedFile> {
    return (await this.#options.store.resolve(id)).decoder;
  }

  /** What the engine of the default model runs on; nothing before it runs. */
  async engineFacts(): Promise<{ provider: string | null; threads: number }> {
    if (this.#defaultInfo === null) return { provider: null, threads: 0 };
    return { provider: this.#defaultInfo.model.provider, threads: this.#defaultInfo.threads };
  }

  /** How every engine that was asked for stands; one that could not be made is none. */
  async situations(): Promise<EngineSituation[]> {
    const made = await Promise.allSettled(
      [...this.#engines].map(async ([model, engine]) => ({ model, engine: await engine })),
    );
    const engines = made.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    return engines.map(({ model, engine }) => ({
      model,
      provider: this.#providers.get(model) ?? 'unknown',
      ...engine.load,
    }));
  }

  async close(): Promise<void> {
    this.#closing.abort(serverClosing());
    await Promise.allSettled([...this.#pulls.values()].map(({ done }) => done));
    const engines = await Promise.allSettled(this.#engines.values());
    await Promise.all(
      engines.map(async (engine) => (engine.status === 'fulfilled' ? engine.value.close() : undefined)),
    );
    // Whoever looks at it has heard how it ended before the rest is closed, the log above all.
    await Promise.allSettled([this.#preparing]);
  }

  /** Has a model answer at its full size again. Rejects with `model-id-unknown`. */
  async restore(id: string): Promise<ModelState> {
    await this.state(id);
    const engine = await this.#engines.get(id);
    await engine?.climb?.();
    this.#memory.delete(id);
    this.#tell(id);
    return this.state(id);
  }

  async #create(id: string): Promise<ServedEngine> {
    const { store, createEngine } = this.#options;
    const engine = await createEngine(await store.resolve(id), {
      onEvent: (event) => this.#heard(id, event),
      fallbacks: () => smallerModels(store, id),
    });
    this.#askProvider(id, engine);
    return engine;
  }

  /** What it runs on is known when it has started, which its first call sees to. */
  #askProvider(id: string, engine: Engine): void {
    engine.start({ signal: this.#closing.signal }).then(
      ({ model }) => this.#providers.set(id, model.provider),
      () => undefined,
    );
  }

  #heard(id: string, event: EngineEvent): void {
    this.#options.onEngineEvent?.(id, event);
    if (event.kind !== 'memory-step') return;
    const { step, model: answeredBy } = event;
    if (step === 'climbed') this.#memory.delete(id);
    else this.#memory.set(id, { step, answeredBy, since: new Date().toISOString() });
    this.#engines.get(id)?.then(
      (engine) => this.#askProvider(id, engine),
      () => undefined,
    );
    this.#tell(id);
  }

  #stateOf({ manifest, state }: StoredModel): ModelState {
    const pulling = this.#pulls.get(manifest.id)?.state;
    const settled: Pulling = {
      status: state === 'installed' ? 'ready' : 'missing',
      progress: null,
      problem: null,
    };
    return {
      id: manifest.id,
      title: manifest.description,
      licence: manifest.licence.spdx,
      family: manifest.family,
      isDefault: manifest.id === this.defaultModel,
      files: [manifest.encoder, manifest.decoder].map(({ name, sha256 }) => ({ name, sha256 })),
      ...decoderFacts(manifest),
      ...memoryFact(this.#memory.get(manifest.id)),
      ...(state === 'installed' ? settled : (pulling ?? settled)),
    };
  }

  #startPull(id: string): void {
    const pull: { state: Pulling; done: Promise<void> } = {
      state: { status: 'downloading', progress: null, problem: null },
      done: Promise.resolve(),
    };
    this.#pulls.set(id, pull);
    const onProgress = (event: PullEvent): void => {
      this.#options.onPull?.(event);
      if (event.kind !== 'progress') return;
      pull.state = { ...pull.state, progress: { doneBytes: event.bytes, totalBytes: event.totalBytes } };
      this.#tell(id);
    };
    const { store } = this.#options;
    pull.done = store.pull(id, { signal: this.#closing.signal, onProgress }).then(
      () => {
        this.#pulls.delete(id);
        for (const wake of this.#waiting.get(id) ?? []) wake();
        this.#tell(id);
      },
      (error: unknown) => {
        pull.state = { status: 'failed', progress: null, problem: problemOf(error) };
        this.#tell(id);
      },
    );
    this.#tell(id);
  }

  #tell(id: string): void {
    this.state(id).then(
      (model) => this.#options.tell({ type: 'model', model }),
      () => undefined,
    );
  }

  /** Resolves when a pull of the model has ended well. */
  #installed(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, waiting);
      const either = AbortSignal.any([signal, this.#closing.signal]);
      const end = (): void => {
        waiting.delete(wake);
        either.removeEventListener('abort', stop);
      };
      const wake = (): void => {
        end();
        resolve();
      };
      const stop = (): void => {
        end();
        reject(either.reason);
      };
      if (either.aborted) return stop();
      waiting.add(wake);
      either.addEventListener('abort', stop, { once: true });
    });
  }
}

function memoryFact(memory: MemoryState | undefined): { memory?: MemoryState } {
  return memory === undefined ? {} : { memory };
}

/** A graph that keeps its weights in another file cannot be opened by a page. */
function decoderFacts({
  family,
  interface: graphs = 'published',
  decoder: { names = {}, weights },
  input,
}: ModelManifest): { decoder?: DecoderFacts } {
  if (weights !== undefined) return {};
  const { size, fit, scale, mean, std, channelOrder, logits } = input;
  const plainInput = {
    size: { width: size.width, height: size.height },
    fit,
    scale,
    mean: [...mean] as [number, number, number],
    std: [...std] as [number, number, number],
    channelOrder,
    logits: { width: logits.width, height: logits.height },
  };
  return { decoder: { family, interface: graphs, names: { ...names }, input: plainInput } };
}
