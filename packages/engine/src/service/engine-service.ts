import { isCalqueError } from '@calque/core';
import type { NamedTensors } from '@calque/models';
import type {
  CallOptions,
  DecodeManyOptions,
  DecodeOptions,
  DecodeRequest,
  EncodedImage,
  EncodeOptions,
  Engine,
  EngineInfo,
  EngineLoad,
  ImageSource,
  ModelPrediction,
} from '../contract.ts';
import {
  embeddingMissing,
  engineClosed,
  imageChanged,
  ofRequest,
  requestInvalid,
  superseded,
} from '../errors.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import { whenAborted } from '../scheduler/when-aborted.ts';
import type { Backend, BackendCall, DecodedPrompt, ReadImage } from './backend.ts';
import { checkedRequest, checkedSource, checkImage, checkOptions } from './checked-call.ts';
import { runAhead } from './run-ahead.ts';
import { SessionOrder } from './session-order.ts';
import { SingleFlight } from './single-flight.ts';
import { SourceMemory } from './source-memory.ts';

export interface EngineServiceOptions {
  readonly backend: Backend;
  /** From the decoded pixels to the key of their embedding. */
  readonly keyOf: (pixelSha256: string) => string;
  /** Default 256. */
  readonly maxWaiting?: number;
  /** Of one person. Default 64. */
  readonly maxWaitingOfPerson?: number;
  /** Bytes of sources kept so that images can be encoded again after a crash. Default 256 MiB; a path costs little. */
  readonly sourceBytes?: number;
  /** Prompts of one `decodeMany` that are queued at a time. Default 2: the decoder is kept busy, and others get in between. */
  readonly decodesAhead?: number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

interface Encoded {
  readonly cache: EncodedImage['cache'];
  readonly provider: string | null;
  readonly queueMs: number;
  readonly encodeMs: number;
  readonly preprocessMs: number;
}

/** The policy of every engine: what waits for what, what is shared, what is done again. */
export class EngineService implements Engine {
  readonly #backend: Backend;
  readonly #keyOf: (pixelSha256: string) => string;
  readonly #now: () => number;
  readonly #scheduler: Scheduler;
  readonly #encodes = new SingleFlight<Encoded>();
  /** Keys of embeddings that someone waits for in person, though a batch may have asked first. */
  readonly #urgent = new Set<string>();
  readonly #sessions = new SessionOrder();
  readonly #sources: SourceMemory;
  readonly #decodesAhead: number;
  #started: Promise<EngineInfo> | undefined;
  readonly #closing = new AbortController();

  constructor(options: EngineServiceOptions) {
    this.#backend = options.backend;
    this.#keyOf = options.keyOf;
    this.#now = options.now ?? (() => performance.now());
    this.#decodesAhead = options.decodesAhead ?? 2;
    this.#sources = new SourceMemory(options.sourceBytes ?? 256 * 1024 * 1024);
    this.#scheduler = new Scheduler({
      maxWaiting: options.maxWaiting ?? 256,
      maxWaitingOfPerson: options.maxWaitingOfPerson ?? 64,
      now: this.#now,
    });
  }

  async start(options: CallOptions = {}): Promise<EngineInfo> {
    checkOptions(options);
    if (this.#closing.signal.aborted) throw engineClosed();
    this.#started ??= this.#backend.start(this.#closing.signal).catch((error: unknown) => {
      this.#started = undefined;
      throw error;
    });
    return withSignal(this.#started, options.signal);
  }

  async encode(given: ImageSource, options: EncodeOptions = {}): Promise<EncodedImage> {
    const started = this.#now();
    const source = checkedSource(given);
    checkOptions(options);
    // Loading the model and reading the image use different workers, so neither waits for the other.
    const loading = this.start(options);
    const reading = this.#read(source, options);
    // The other one must not become an unhandled rejection when one fails.
    await Promise.all([loading, reading]);
    const read = await reading;
    const key = this.#keyOf(read.value.facts.pixelSha256);
    this.#sources.set(key, source);
    const encoded = await this.#embed(key, read.value, options);
    return {
      key,
      image: read.value.facts,
      cache: encoded.cache,
      provider: encoded.provider,
      timingsMs: {
        queue: read.queueMs + encoded.queueMs,
        read: read.value.readMs,
        preprocess: read.value.preprocessMs + encoded.preprocessMs,
        encode: encoded.encodeMs,
        total: this.#now() - started,
      },
    };
  }

  async decode(
    image: EncodedImage,
    request: DecodeRequest,
    options: DecodeOptions = {},
  ): Promise<ModelPrediction> {
    checkImage(image);
    checkOptions(options);
    return this.#answer(image, checkedRequest(request, image), options);
  }

  async decodeMany(
    image: EncodedImage,
    requests: readonly DecodeRequest[],
    options: DecodeManyOptions = {},
  ): Promise<readonly ModelPrediction[]> {
    checkImage(image);
    checkOptions(options);
    if (!Array.isArray(requests)) throw requestInvalid('requests', requests, 'an array');
    const checked = requests.map((request: unknown, index) =>
      namingRequest(index, () => checkedRequest(request, image)),
    );
    const { signal, onPrediction } = options;
    const how = { lane: options.lane ?? 'batch', ...shared(options) } as const;
    return runAhead(checked, {
      ahead: this.#decodesAhead,
      work: (request, index) =>
        this.#answer(image, request, how).catch((error: unknown) => {
          throw ofRequest(error, index);
        }),
      onResult: (prediction, index) => {
        signal?.throwIfAborted();
        onPrediction?.(prediction, index);
      },
    });
  }

  /** `request` has been checked. */
  async #answer(
    image: EncodedImage,
    request: DecodeRequest,
    options: DecodeOptions,
  ): Promise<ModelPrediction> {
    const started = this.#now();
    const { model } = await this.start(options);
    const call = this.#sessions.begin(options.session);
    const { value, queueMs } = await this.#decodeAgainIfLost(image, request, options, call.isNewest).finally(
      call.end,
    );
    const { decodeMs, postprocessMs, measureMs, ...prediction } = value;
    return {
      ...prediction,
      model,
      timingsMs: {
        queue: queueMs,
        decode: decodeMs,
        postprocess: postprocessMs,
        measure: measureMs,
        total: this.#now() - started,
      },
    };
  }

  async tensors(image: EncodedImage, options: CallOptions = {}): Promise<NamedTensors> {
    await this.start(options);
    const fetch = async (): Promise<NamedTensors> => {
      const { value } = await this.#scheduler.run({
        lane: 'encode',
        slot: 'decoder',
        ...forWhom(options),
        work: () => this.#backend.tensors(image.key, backendCall(options)),
      });
      return value;
    };
    try {
      return await fetch();
    } catch (error) {
      if (!isCalqueError(error, 'embedding-missing')) throw error;
      await this.#encodeAgain(image, shared(options));
      return fetch();
    }
  }

  get load(): EngineLoad {
    const { waiting, running } = this.#scheduler;
    return { waiting, running };
  }

  async close(): Promise<void> {
    this.#closing.abort(engineClosed());
    this.#scheduler.close();
    await this.#backend.close();
  }

  #read(source: ImageSource, options: EncodeOptions): Promise<{ value: ReadImage; queueMs: number }> {
    return this.#scheduler.run({
      lane: options.lane === 'batch' ? 'batch' : 'encode',
      slot: 'reader',
      ...forWhom(options),
      work: (signal) => {
        options.onStage?.('reading');
        return this.#backend.read(source, { signal, ...backendCall(options) });
      },
    });
  }

  async #embed(key: string, image: ReadImage, options: EncodeOptions): Promise<Encoded> {
    const { lane, signal, onStage } = options;
    if (lane !== 'batch') {
      this.#urgent.add(key);
      this.#scheduler.promote(key, 'encode');
    }
    if (this.#encodes.has(key)) onStage?.('encoding');
    return this.#encodes.run(key, signal, async (flightSignal) => {
      try {
        return await this.#lookupOrEncode(key, image, { ...options, signal: flightSignal });
      } finally {
        this.#urgent.delete(key);
      }
    });
  }

  async #lookupOrEncode(
    key: string,
    image: ReadImage,
    options: EncodeOptions & { readonly signal: AbortSignal },
  ): Promise<Encoded> {
    const where = await this.#backend.lookup(key, backendCall(options));
    if (where !== null) return { cache: where, provider: null, queueMs: 0, encodeMs: 0, preprocessMs: 0 };
    const { value, queueMs } = await this.#scheduler.run({
      lane: this.#urgent.has(key) ? 'encode' : 'batch',
      slot: 'encoder',
      key,
      ...forWhom(options),
      work: (signal) => {
        options.onStage?.('encoding');
        return this.#backend.encode(key, image, { signal, ...backendCall(options) });
      },
    });
    return { cache: 'miss', queueMs, ...value };
  }

  async #decodeAgainIfLost(
    image: EncodedImage,
    request: DecodeRequest,
    options: DecodeOptions,
    isNewest: () => boolean,
  ): Promise<{ value: DecodedPrompt; queueMs: number }> {
    try {
      return await this.#decodeOnce(image, request, options);
    } catch (error) {
      if (!isCalqueError(error, 'embedding-missing')) throw error;
      await this.#encodeAgain(image, options);
      // Queued now, it would push a newer call of its session aside.
      if (!isNewest()) throw superseded();
      return this.#decodeOnce(image, request, options);
    }
  }

  #decodeOnce(
    image: EncodedImage,
    request: DecodeRequest,
    options: DecodeOptions,
  ): Promise<{ value: DecodedPrompt; queueMs: number }> {
    const { lane, session } = options;
    return this.#scheduler.run({
      lane: lane === 'batch' ? 'batch' : 'decode',
      slot: 'decoder',
      ...(session === undefined ? {} : { session }),
      ...forWhom(options),
      work: () => this.#backend.decode(image.key, image.image, request, backendCall(options)),
    });
  }

  /** The embedding went with a crashed process or was evicted without a disk cache. */
  async #encodeAgain(image: EncodedImage, options: DecodeOptions): Promise<void> {
    const source = this.#sources.get(image.key);
    if (source === undefined) throw embeddingMissing(image.key);
    const { lane } = options;
    const again = await this.encode(source, { ...(lane === undefined ? {} : { lane }), ...shared(options) });
    if (again.key !== image.key) throw imageChanged(image.image.path);
  }
}

/** What every call passes on to the calls that it consists of. */
function shared({ signal, requestId, person }: CallOptions): CallOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(person === undefined ? {} : { person }),
  };
}

function forWhom({ signal, person }: CallOptions): Pick<CallOptions, 'signal' | 'person'> {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(person === undefined ? {} : { person }),
  };
}

function backendCall({ requestId }: CallOptions): BackendCall {
  return { requestId: requestId ?? null };
}

function namingRequest<T>(index: number, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw ofRequest(error, index);
  }
}

/** Stops waiting when the signal aborts; what is waited for goes on, since others may need it. */
function withSignal<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stopWaiting = whenAborted(signal, () => reject(signal.reason));
    promise.then(resolve, reject).finally(stopWaiting);
  });
}
