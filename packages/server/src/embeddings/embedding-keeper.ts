import type { EmbeddingState, ServerEvent } from '@calque/api';
import { isCalqueError } from '@calque/core';
import type { EncodedImage, Engine } from '@calque/engine';
import { problemOf } from '../app/problem-of.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { encodeAbandoned, serverClosing } from '../errors.ts';
import { versionOf } from '../images/picture-store.ts';
import { forRequest } from '../logging/request-context.ts';
import type { ModelKeeper } from '../models/model-keeper.ts';
import type { Observer } from '../observability/observer.ts';
import type { StoredImage } from '../storage/storage.ts';
import { StageTimes } from './stage-times.ts';

export type Purpose = 'view' | 'ahead';

/** An image that was encoded, with the engine that holds it. */
export interface ReadyImage {
  readonly engine: Engine;
  readonly encoded: EncodedImage;
}

interface Job {
  readonly dataset: Dataset;
  readonly imageId: string;
  readonly model: string;
  /** Of the file that is encoded; another one is another job. */
  readonly version: string;
  /** Who wants it; nobody left ends it. */
  readonly wanted: Map<string, Purpose>;
  readonly controller: AbortController;
  result: Promise<ReadyImage>;
  engine: Engine | null;
  path: string | null;
  status: EmbeddingState['status'];
  sinceMs: number;
  cache: EmbeddingState['cache'];
  problem: EmbeddingState['problem'];
}

export interface EmbeddingKeeperOptions {
  readonly models: ModelKeeper;
  readonly tell: (event: ServerEvent) => void;
  readonly observer: Observer;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

const REMEMBERED = 500;

/**
 * Which images are encoded, and for whom. A page says that it wants an image and that it has left it; what nobody wants
 * any more is stopped, so that the image in view has the encoder.
 */
export class EmbeddingKeeper {
  readonly #models: ModelKeeper;
  readonly #tell: (event: ServerEvent) => void;
  readonly #observer: Observer;
  readonly #now: () => number;
  readonly #jobs = new Map<string, Job>();
  readonly #times = new StageTimes();
  #callers = 0;

  constructor({ models, tell, observer, now = () => performance.now() }: EmbeddingKeeperOptions) {
    this.#models = models;
    this.#tell = tell;
    this.#observer = observer;
    this.#now = now;
  }

  async state(dataset: Dataset, imageId: string, model: string): Promise<EmbeddingState> {
    const image = await dataset.image(imageId);
    await this.#models.state(model);
    const job = this.#jobs.get(keyOf(dataset, imageId, model));
    return job === undefined || job.version !== versionOf(image)
      ? unknownState(imageId, model)
      : this.#stateOf(job);
  }

  /** Resolves as soon as it is noted; the encode goes on. Rejects with `image-unknown` or `model-id-unknown`. */
  async request(
    dataset: Dataset,
    imageId: string,
    wish: { readonly model: string; readonly page: string; readonly purpose: Purpose },
  ): Promise<EmbeddingState> {
    const image = await dataset.image(imageId);
    await this.#models.state(wish.model);
    const job = this.#want(dataset, image, wish.model, `page ${wish.page}`, wish.purpose);
    return this.#stateOf(job);
  }

  release(dataset: Dataset, imageId: string, model: string, page: string): void {
    const job = this.#jobs.get(keyOf(dataset, imageId, model));
    if (job !== undefined) this.#leave(job, `page ${page}`);
  }

  /** The page is gone: whatever it wanted, it wants no more. */
  releasePage(page: string): void {
    for (const job of [...this.#jobs.values()]) this.#leave(job, `page ${page}`);
  }

  /**
   * The image for a prompt, encoded now where it is not. `waited`: the call came before the encode was done.
   * Rejects with an `image-…`, `engine-…` or `model-…` error, or the signal's reason.
   */
  async ready(
    dataset: Dataset,
    imageId: string,
    model: string,
    signal: AbortSignal,
  ): Promise<ReadyImage & { readonly waited: boolean }> {
    const image = await dataset.image(imageId);
    await this.#models.state(model);
    const caller = `call ${++this.#callers}`;
    const job = this.#want(dataset, image, model, caller, 'view');
    const waited = job.status !== 'ready';
    try {
      return { ...(await withSignal(job.result, signal)), waited };
    } finally {
      this.#leave(job, caller);
    }
  }

  close(): void {
    for (const job of this.#jobs.values()) {
      if (job.status !== 'ready') job.controller.abort(serverClosing());
    }
  }

  #want(dataset: Dataset, image: StoredImage, model: string, who: string, purpose: Purpose): Job {
    const key = keyOf(dataset, image.id, model);
    const known = this.#jobs.get(key);
    const version = versionOf(image);
    if (known !== undefined && known.version === version && known.status !== 'failed') {
      this.#jobs.delete(key);
      this.#jobs.set(key, known);
      const wasUrgent = isUrgent(known);
      known.wanted.set(who, purpose);
      if (!wasUrgent && isUrgent(known)) this.#moveUp(known);
      return known;
    }
    known?.controller.abort(encodeAbandoned());
    const job = this.#start(dataset, image, model, who, purpose);
    this.#jobs.set(key, job);
    this.#forgetOld();
    return job;
  }

  #start(dataset: Dataset, image: StoredImage, model: string, who: string, purpose: Purpose): Job {
    const controller = new AbortController();
    const job: Job = {
      dataset,
      imageId: image.id,
      model,
      version: versionOf(image),
      wanted: new Map([[who, purpose]]),
      controller,
      // Replaced below: the work needs the job to tell its stages by.
      result: new Promise(() => undefined),
      engine: null,
      path: null,
      status: 'queued',
      sinceMs: this.#now(),
      cache: null,
      problem: null,
    };
    job.result = this.#encode(job, image).catch((error: unknown) => {
      this.#fail(job, error);
      throw error;
    });
    job.result.catch(() => undefined);
    return job;
  }

  async #encode(job: Job, image: StoredImage): Promise<ReadyImage> {
    const { signal } = job.controller;
    if (!(await this.#models.isReady(job.model))) this.#pass(job, 'waiting-for-model');
    const engine = await this.#models.engine(job.model, signal);
    const path = await job.dataset.pathOf(image);
    job.engine = engine;
    job.path = path;
    this.#pass(job, 'queued');
    const encoded = await engine.encode(
      { kind: 'file', path },
      {
        lane: isUrgent(job) ? 'interactive' : 'batch',
        signal,
        ...forRequest(),
        onStage: (stage) => this.#pass(job, stage),
      },
    );
    await job.dataset.takeFacts(job.imageId, encoded.image);
    if (encoded.cache === 'miss') this.#times.add(`encoding ${job.model}`, encoded.timingsMs.encode);
    this.#times.add(`reading ${job.model}`, encoded.timingsMs.read + encoded.timingsMs.preprocess);
    const { cache, provider, timingsMs } = encoded;
    this.#observer.encoded({
      model: job.model,
      provider,
      cache,
      image: encoded.image,
      brightness: encoded.image.brightness,
      timingsMs,
    });
    job.cache = cache;
    this.#pass(job, 'ready');
    return { engine, encoded };
  }

  /** Somebody waits in person for what was asked for ahead: the engine lets an equal call overtake. */
  #moveUp({ engine, path, controller, status }: Job): void {
    if (engine === null || path === null || status === 'ready') return;
    engine
      .encode({ kind: 'file', path }, { lane: 'interactive', signal: controller.signal, ...forRequest() })
      .catch(() => undefined);
  }

  #leave(job: Job, who: string): void {
    if (!job.wanted.delete(who) || job.wanted.size > 0) return;
    if (job.status === 'ready' || job.status === 'failed') return;
    job.controller.abort(encodeAbandoned());
    this.#drop(job);
  }

  #fail(job: Job, error: unknown): void {
    if (job.controller.signal.aborted) {
      this.#drop(job);
      job.status = 'none';
      this.#tellState(job);
      return;
    }
    job.problem = problemOf(error);
    this.#pass(job, 'failed');
    if (isCalqueError(error, 'image-unknown')) this.#drop(job);
  }

  #drop(job: Job): void {
    const key = keyOf(job.dataset, job.imageId, job.model);
    if (this.#jobs.get(key) === job) this.#jobs.delete(key);
  }

  #pass(job: Job, status: EmbeddingState['status']): void {
    if (job.status === status && status !== 'queued') return;
    job.status = status;
    job.sinceMs = this.#now();
    this.#tellState(job);
  }

  #tellState(job: Job): void {
    this.#tell({ type: 'embedding', datasetId: job.dataset.id, embedding: this.#stateOf(job) });
  }

  #stateOf({ imageId, model, status, sinceMs, cache, problem }: Job): EmbeddingState {
    return {
      imageId,
      model,
      status,
      elapsedMs: this.#now() - sinceMs,
      expectedMs: this.#times.expectedMs(`${status} ${model}`),
      cache,
      problem,
    };
  }

  #forgetOld(): void {
    for (const [key, job] of this.#jobs) {
      if (this.#jobs.size <= REMEMBERED) return;
      if (job.status === 'ready' || job.status === 'failed') this.#jobs.delete(key);
    }
  }
}

function keyOf(dataset: Dataset, imageId: string, model: string): string {
  return `${dataset.id}/${imageId}/${model}`;
}

function isUrgent({ wanted }: Pick<Job, 'wanted'>): boolean {
  return [...wanted.values()].includes('view');
}

function unknownState(imageId: string, model: string): EmbeddingState {
  return { imageId, model, status: 'none', elapsedMs: 0, expectedMs: null, cache: null, problem: null };
}

/** Stops waiting when the signal aborts. */
function withSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
