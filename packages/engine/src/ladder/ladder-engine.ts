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
import type { EngineListener } from '../engine-event.ts';
import { embeddingMissing, engineClosed } from '../errors.ts';
import { checkImage, checkOptions } from '../service/checked-call.ts';
import { SourceMemory } from '../service/source-memory.ts';
import { type LadderFacts, memoryLadder, type Rung } from './memory-step.ts';

export interface LadderModel {
  readonly id: string;
}

export interface LadderOptions<Model extends LadderModel> {
  readonly open: (rung: Rung<Model>) => Promise<Engine>;
  /** What is possible now, asked when memory did not suffice for the first time. */
  readonly facts: (provider: string | null) => Promise<LadderFacts<Model>>;
  readonly top: Rung<Model>;
  readonly onEvent: EngineListener;
  /**
   * Whether a process that somebody killed was killed for lack of memory, as far as the system says. Without its word a second
   * kill of the same call is taken for that.
   */
  readonly killedForMemory: () => boolean;
}

/** What an engine is at now: the rung it runs at, and what is known of images there. */
interface Position<Model> {
  readonly rung: Rung<Model>;
  readonly engine: Promise<Engine>;
  /** The handles of this engine, by the key that the caller knows an image under. */
  readonly handles: Map<string, EncodedImage>;
}

const MOST_HANDLES = 2000;
const SOURCE_BYTES = 256 * 1024 * 1024;

/**
 * An engine that steps down when memory does not suffice, and answers the call all the same. It stays where it is until it
 * is told to climb again; every step is told to the listener.
 */
export class LadderEngine<Model extends LadderModel> implements Engine {
  readonly #options: LadderOptions<Model>;
  readonly #sources = new SourceMemory(SOURCE_BYTES);
  #at: Position<Model>;
  #rungs: readonly Rung<Model>[] | null = null;
  #stepping: Promise<boolean> | null = null;
  #load: EngineLoad = { waiting: 0, running: 0 };
  #engine: Engine | null = null;
  #isClosed = false;

  constructor(options: LadderOptions<Model>) {
    this.#options = options;
    this.#at = this.#open(options.top);
  }

  /** Of the step that led to where it runs now; null at the top. */
  get rung(): Rung<Model> {
    return this.#at.rung;
  }

  get load(): EngineLoad {
    return this.#engine?.load ?? this.#load;
  }

  async start(options: CallOptions = {}): Promise<EngineInfo> {
    checkOptions(options);
    return this.#run(options, ({ engine }) => engine.start(options));
  }

  async encode(source: ImageSource, options: EncodeOptions = {}): Promise<EncodedImage> {
    checkOptions(options);
    return this.#run(options, async ({ engine, position }) => {
      const encoded = await engine.encode(source, options);
      this.#sources.set(encoded.key, source);
      remember(position, encoded.key, encoded);
      return encoded;
    });
  }

  async decode(
    image: EncodedImage,
    request: DecodeRequest,
    options: DecodeOptions = {},
  ): Promise<ModelPrediction> {
    checkImage(image);
    checkOptions(options);
    return this.#run(options, async ({ engine, position }) =>
      engine.decode(await this.#handle(engine, position, image, options), request, options),
    );
  }

  async decodeMany(
    image: EncodedImage,
    requests: readonly DecodeRequest[],
    options: DecodeManyOptions = {},
  ): Promise<readonly ModelPrediction[]> {
    checkImage(image);
    checkOptions(options);
    const done: ModelPrediction[] = [];
    return this.#run(options, async ({ engine, position }) => {
      const handle = await this.#handle(engine, position, image, options);
      const left = Array.isArray(requests) ? requests.slice(done.length) : requests;
      const answers = await engine.decodeMany(handle, left, {
        ...options,
        onPrediction: (prediction) => {
          done.push(prediction);
          options.onPrediction?.(prediction, done.length - 1);
        },
      });
      return done.length === requests.length ? done : answers;
    });
  }

  /** Rejects with `embedding-missing` where another model answers now: its embedding is of no use to a decoder of this one. */
  async tensors(image: EncodedImage, options: CallOptions = {}): Promise<NamedTensors> {
    checkImage(image);
    checkOptions(options);
    return this.#run(options, async ({ engine, position }) => {
      if (position.rung.model.id !== this.#options.top.model.id) throw embeddingMissing(image.key);
      return engine.tensors(await this.#handle(engine, position, image, options), options);
    });
  }

  /** Goes back to the top. Calls under way are made again there. */
  async climb(): Promise<void> {
    await this.#stepping;
    if (this.#isClosed) throw engineClosed();
    if (this.#at.rung.step === null) return;
    this.#rungs = null;
    await this.#moveTo(this.#options.top);
    this.#tell('climbed', this.#options.top, 'somebody asked for it');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stepping;
    await this.#closeAt(this.#at);
  }

  /** The call again, at the next rung, as long as memory does not suffice for it and there is a next one. */
  async #run<T>(
    { signal }: CallOptions,
    work: (at: { readonly engine: Engine; readonly position: Position<Model> }) => Promise<T>,
  ): Promise<T> {
    for (let kills = 0; ; ) {
      const position = this.#at;
      try {
        return await work({ engine: await position.engine, position });
      } catch (error) {
        if (this.#isClosed || signal?.aborted === true) throw error;
        const wasKilled = isCalqueError(error, 'engine-crashed') && error.details['how'] === 'SIGKILL';
        if (this.#at !== position && (wasKilled || isCalqueError(error, 'engine-closed'))) continue;
        kills += wasKilled ? 1 : 0;
        if (wasKilled && kills < 2 && !this.#options.killedForMemory()) continue;
        if (!wasKilled && !isCalqueError(error, 'engine-out-of-memory')) throw error;
        if (!(await this.#stepDown(position, error))) throw error;
      }
    }
  }

  /** False where this is the last rung. Calls that fail together make one step. */
  #stepDown(from: Position<Model>, cause: unknown): Promise<boolean> {
    if (this.#at !== from) return Promise.resolve(true);
    this.#stepping ??= this.#takeStep(from, cause).finally(() => {
      this.#stepping = null;
    });
    return this.#stepping;
  }

  async #takeStep(from: Position<Model>, cause: unknown): Promise<boolean> {
    this.#rungs ??= memoryLadder(await this.#options.facts(await providerOf(from)));
    const next = this.#rungs[this.#rungs.findIndex(({ step, model }) => isAt(from.rung, step, model)) + 1];
    const said = cause instanceof Error ? cause.message : String(cause);
    if (next === undefined || next === this.#rungs[0]) {
      this.#tell('none-left', from.rung, said);
      return false;
    }
    await this.#moveTo(next);
    this.#tell(next.step ?? 'climbed', next, said);
    return true;
  }

  /** The memory of the one that is left must be free before the other one takes its own. */
  async #moveTo(rung: Rung<Model>): Promise<void> {
    const old = this.#at;
    let begin: () => void = () => undefined;
    const freed = new Promise<void>((resolve) => {
      begin = resolve;
    });
    this.#at = this.#open(rung, freed);
    await this.#closeAt(old).finally(begin);
  }

  #open(rung: Rung<Model>, after: Promise<void> = Promise.resolve()): Position<Model> {
    const engine = after.then(() => this.#options.open(rung));
    engine.then(
      (opened) => {
        this.#engine = opened;
      },
      () => undefined,
    );
    return { rung, engine, handles: new Map() };
  }

  async #closeAt({ engine }: Position<Model>): Promise<void> {
    const opened = await engine.catch(() => null);
    await opened?.close();
  }

  /** The image as this engine knows it: encoded again, or found in the cache, where another one had encoded it. */
  async #handle(
    engine: Engine,
    position: Position<Model>,
    image: EncodedImage,
    options: DecodeOptions,
  ): Promise<EncodedImage> {
    const known = position.handles.get(image.key);
    if (known !== undefined) return known;
    const source = this.#sources.get(image.key);
    // The engine itself says what is wrong with it.
    if (source === undefined) return image;
    const { session: _session, ...rest } = options;
    const encoded = await engine.encode(source, rest);
    remember(position, image.key, encoded);
    return encoded;
  }

  #tell(step: MemoryEventStep, { model }: Rung<Model>, cause: string): void {
    this.#options.onEvent({ kind: 'memory-step', step, model: model.id, cause });
  }
}

type MemoryEventStep = Extract<Parameters<EngineListener>[0], { kind: 'memory-step' }>['step'];

function remember<Model>({ handles }: Position<Model>, key: string, handle: EncodedImage): void {
  handles.delete(key);
  handles.set(key, handle);
  const [oldest] = handles.keys();
  if (handles.size > MOST_HANDLES && oldest !== undefined) handles.delete(oldest);
}

function isAt<Model extends LadderModel>(
  rung: Rung<Model>,
  step: Rung<Model>['step'],
  model: Model,
): boolean {
  return rung.step === step && rung.model.id === model.id;
}

/** Null where it never ran. */
async function providerOf<Model>({ engine }: Position<Model>): Promise<string | null> {
  try {
    return (await (await engine).start()).model.provider;
  } catch {
    return null;
  }
}
