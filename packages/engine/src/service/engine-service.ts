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
  Prediction,
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
import type { Backend, DecodedPrompt, ReadImage } from './backend.ts';
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
  /** Bytes of sources kept so that images can be encoded again after a crash. Default 256 MiB; a path costs little. */
  readonly sourceBytes?: number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

/** Of one `decodeMany`: the decoder is kept busy, and a prompt that somebody waits for gets in between. */
const DECODES_AHEAD = 2;

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
  #started: Promise<EngineInfo> | undefined;
  readonly #closing = new AbortController();

  constructor(options: EngineServiceOptions) {
    this.#backend = options.backend;
    this.#keyOf = options.keyOf;
    this.#now = options.now ?? (() => performance.now());
    this.#sources = new SourceMemory(options.sourceBytes ?? 256 * 1024 * 1024);
    this.#scheduler = new Scheduler({ maxWaiting: options.maxWaiting ?? 256, now: this.#now });
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
  ): Promise<Prediction> {
    checkImage(image);
    checkOptions(options);
    return this.#answer(image, checkedRequest(request, image), options);
  }

  async decodeMany(
    image: EncodedImage,
    requests: readonly DecodeRequest[],
    options: DecodeManyOptions = {},
  ): Promise<readonly Prediction[]> {
    checkImage(image);
    checkOptions(options);
    if (!Array.isArray(requests)) throw requestInvalid('requests', requests, 'an array');
    const checked = requests.map((request: unknown, index) =>
      namingRequest(index, () => checkedRequest(request, image)),
    );
    const { lane = 'batch', signal, onPrediction } = options;
    const how = { lane, ...(signal === undefined ? {} : { signal }) };
    return runAhead(checked, {
      ahead: DECODES_AHEAD,
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
  async #answer(image: EncodedImage, request: DecodeRequest, options: DecodeOptions): Promise<Prediction> {
    const started = this.#now();
    await this.start(options);
    const call = this.#sessions.begin(options.session);
    const { value, queueMs } = await this.#decodeAgainIfLost(image, request, options, call.isNewest).finally(
      call.end,
    );
    const { decodeMs, postprocessMs, measureMs, ...prediction } = value;
    return {
      ...prediction,
      timingsMs: {
        queue: queueMs,
        decode: decodeMs,
        postprocess: postprocessMs,
        measure: measureMs,
        total: this.#now() - started,
      },
    };
  }

  async tensors(image: EncodedImage, { signal }: CallOptions = {}): Promise<NamedTensors> {
    await this.start(signal === undefined ? {} : { signal });
    const fetch = async (): Promise<NamedTensors> => {
      const { value } = await this.#scheduler.run({
        lane: 'encode',
        slot: 'decoder',
        ...(signal === undefined ? {} : { signal }),
        work: () => this.#backend.tensors(image.key),
      });
      return value;
    };
    try {
      return await fetch();
    } catch (error) {
      if (!isCalqueError(error, 'embedding-missing')) throw error;
      await this.#encodeAgain(image, signal === undefined ? {} : { signal });
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

  #read(
    source: ImageSource,
    { lane, signal, onStage }: EncodeOptions,
  ): Promise<{ value: ReadImage; queueMs: number }> {
    return this.#scheduler.run({
      lane: lane === 'batch' ? 'batch' : 'encode',
      slot: 'reader',
      ...(signal === undefined ? {} : { signal }),
      work: (taskSignal) => {
        onStage?.('reading');
        return this.#backend.read(source, taskSignal);
      },
    });
  }

  async #embed(key: string, image: ReadImage, { lane, signal, onStage }: EncodeOptions): Promise<Encoded> {
    if (lane !== 'batch') {
      this.#urgent.add(key);
      this.#scheduler.promote(key, 'encode');
    }
    if (this.#encodes.has(key)) onStage?.('encoding');
    return this.#encodes.run(key, signal, async (flightSignal) => {
      try {
        return await this.#lookupOrEncode(key, image, flightSignal, onStage);
      } finally {
        this.#urgent.delete(key);
      }
    });
  }

  async #lookupOrEncode(
    key: string,
    image: ReadImage,
    signal: AbortSignal,
    onStage: EncodeOptions['onStage'],
  ): Promise<Encoded> {
    const where = await this.#backend.lookup(key);
    if (where !== null) return { cache: where, provider: null, queueMs: 0, encodeMs: 0, preprocessMs: 0 };
    const { value, queueMs } = await this.#scheduler.run({
      lane: this.#urgent.has(key) ? 'encode' : 'batch',
      slot: 'encoder',
      key,
      signal,
      work: (taskSignal) => {
        onStage?.('encoding');
        return this.#backend.encode(key, image, taskSignal);
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
    { lane, session, signal }: DecodeOptions,
  ): Promise<{ value: DecodedPrompt; queueMs: number }> {
    return this.#scheduler.run({
      lane: lane === 'batch' ? 'batch' : 'decode',
      slot: 'decoder',
      ...(session === undefined ? {} : { session }),
      ...(signal === undefined ? {} : { signal }),
      work: () => this.#backend.decode(image.key, image.image, request),
    });
  }

  /** The embedding went with a crashed process or was evicted without a disk cache. */
  async #encodeAgain(image: EncodedImage, { lane, signal }: DecodeOptions): Promise<void> {
    const source = this.#sources.get(image.key);
    if (source === undefined) throw embeddingMissing(image.key);
    const again = await this.encode(source, {
      ...(lane === undefined ? {} : { lane }),
      ...(signal === undefined ? {} : { signal }),
    });
    if (again.key !== image.key) throw imageChanged(image.image.path);
  }
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
