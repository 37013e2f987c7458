import type { Client, EmbeddingState } from '@calque/api';
import { CalqueError, isCalqueError } from '@calque/core';
import type { Clock } from '../sync/clock.ts';

const RETRY_MS = 2000;

export interface EmbeddingsDeps {
  readonly datasetId: string;
  readonly imageId: string;
  readonly page: string;
  readonly client: Pick<Client, 'call'>;
  readonly clock: Clock;
  /** The state for a model is another one. */
  readonly onChange: (model: string) => void;
}

/** Whether the image in view is encoded, for each model that is asked about it. */
export class Embeddings {
  readonly #deps: EmbeddingsDeps;
  readonly #states = new Map<string, EmbeddingState | null>();
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #ending = new AbortController();
  /** How often the server has told of a state. */
  readonly #told = new Map<string, number>();

  constructor(deps: EmbeddingsDeps) {
    this.#deps = deps;
  }

  stateOf(model: string): EmbeddingState | null {
    return this.#states.get(model) ?? null;
  }

  isReady(model: string): boolean {
    return this.#states.get(model)?.status === 'ready';
  }

  /** Asks the server to encode the image for this model, once. */
  want(model: string): void {
    if (this.#states.has(model)) return;
    this.#states.set(model, null);
    void this.#request(model);
  }

  /** After an encode that failed. */
  retry(model: string): void {
    if (this.#states.get(model)?.status === 'failed') void this.#request(model);
  }

  /** After the connection was lost: what happened in between was not told. */
  wantAgain(): void {
    for (const model of this.#states.keys()) void this.#request(model);
  }

  receive(state: EmbeddingState): void {
    if (state.imageId !== this.#deps.imageId || !this.#states.has(state.model)) return;
    this.#told.set(state.model, (this.#told.get(state.model) ?? 0) + 1);
    this.#states.set(state.model, state);
    this.#deps.onChange(state.model);
    if (state.status === 'ready' || state.status === 'failed') this.#settle(state.model);
  }

  /** Resolves when the image is encoded. Rejects with why it cannot be, or with the signal's reason. */
  async ready(model: string, signal: AbortSignal): Promise<void> {
    this.want(model);
    while (!this.isReady(model)) {
      signal.throwIfAborted();
      const state = this.#states.get(model);
      if (state?.status === 'failed') throw errorOf(state);
      await this.#next(model, signal);
    }
  }

  /** The encode need not go on for this page. */
  async release(): Promise<void> {
    this.#ending.abort();
    const { datasetId, imageId, page, client } = this.#deps;
    const calls = [...this.#states.keys()].map((model) =>
      client.call('releaseEmbedding', { params: { datasetId, imageId }, query: { model, page } }),
    );
    // A server that cannot be told frees the slot when it notices that the page is gone.
    await Promise.allSettled(calls);
  }

  async #request(model: string): Promise<void> {
    const { datasetId, imageId, page, client } = this.#deps;
    const body = { model, purpose: 'view', page } as const;
    const signal = this.#ending.signal;
    const told = this.#told.get(model);
    try {
      const state = await client.call('requestEmbedding', { params: { datasetId, imageId }, body, signal });
      // An event can overtake the answer; what comes after it is told by events as well.
      if (this.#told.get(model) === told || state.status === 'ready') this.receive(state);
    } catch (error) {
      if (signal.aborted) return;
      if (isCalqueError(error, 'server-unreachable')) this.#requestLater(model);
      else this.receive(failedState(imageId, model, error));
    }
  }

  #requestLater(model: string): void {
    const callOff = this.#deps.clock.after(RETRY_MS, () => void this.#request(model));
    this.#ending.signal.addEventListener('abort', callOff, { once: true });
  }

  #next(model: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(model) ?? new Set();
      this.#waiting.set(model, waiting.add(resolve));
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  #settle(model: string): void {
    for (const resolve of this.#waiting.get(model) ?? []) resolve();
    this.#waiting.delete(model);
  }
}

function errorOf({ problem }: EmbeddingState): CalqueError {
  const { code, title, detail, expected, remedy, details } = problem ?? unexplained;
  return CalqueError.fromJSON({
    code,
    message: detail ?? title,
    ...(expected === undefined ? {} : { expected }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(details === undefined ? {} : { details }),
  });
}

type Problem = NonNullable<EmbeddingState['problem']>;

const unexplained: Problem = {
  type: 'about:blank',
  status: 500,
  code: 'inference-failed',
  title: 'the image could not be encoded',
};

function failedState(imageId: string, model: string, error: unknown): EmbeddingState {
  const problem: Problem = isCalqueError(error)
    ? { ...unexplained, ...error.toJSON(), title: error.message, details: { ...error.details } }
    : { ...unexplained, title: String(error) };
  return { imageId, model, status: 'failed', elapsedMs: 0, expectedMs: null, cache: null, problem };
}
