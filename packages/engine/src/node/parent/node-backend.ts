import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isCalqueError } from '@calque/core';
import type { GraphNames, InputSpec, NamedTensors } from '@calque/models';
import type { DecodeRequest, EngineInfo, ImageFacts, ImageSource } from '../../contract.ts';
import { embeddingMissing } from '../../errors.ts';
import { whenAborted } from '../../scheduler/when-aborted.ts';
import type {
  Backend,
  BackendCall,
  DecodedPrompt,
  EncodedInBackend,
  ReadImage,
  StoppableCall,
} from '../../service/backend.ts';
import type { EncodeResult, Handover, LoadArgs, LoadResult, SessionSettings } from '../protocol.ts';
import { ChildClient, type ChildOptions } from './child-client.ts';
import { ModelFile } from './model-file.ts';

export interface NodeBackendOptions {
  readonly model: {
    readonly id: string;
    readonly graphs: GraphNames;
    readonly input: InputSpec;
    readonly encoder: BackendFile;
    readonly decoder: BackendFile;
  };
  readonly session: SessionSettings;
  readonly child: ChildOptions;
  /** The encoder's process leaves the processor to whoever else wants it. */
  readonly encoderGivesWay: boolean;
  readonly cacheFolder: string | null;
  readonly cacheDiskBytes: number;
  readonly cacheMemoryBytes: number;
  readonly maxPixels: number;
}

export interface BackendFile {
  readonly name: string;
  readonly path: string;
  readonly sha256: string;
  readonly names?: Readonly<Record<string, string>>;
}

/** Three child processes: one reads images, one runs the encoder, one holds embeddings and runs the decoder. */
export class NodeBackend implements Backend {
  readonly #options: NodeBackendOptions;
  readonly #reader: ChildClient<'reader'>;
  readonly #encoder: ChildClient<'encoder'>;
  readonly #decoder: ChildClient<'decoder'>;
  readonly #encoderFile: ModelFile;
  readonly #decoderFile: ModelFile;
  readonly #encoderLoad = new Loading();
  readonly #decoderLoad = new Loading();
  readonly #passage = new Passage();
  #stored: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(options: NodeBackendOptions) {
    this.#options = options;
    this.#encoderFile = new ModelFile(options.model.encoder);
    this.#decoderFile = new ModelFile(options.model.decoder);
    this.#reader = new ChildClient('reader', options.child);
    this.#encoder = new ChildClient('encoder', { ...options.child, givesWay: options.encoderGivesWay });
    this.#decoder = new ChildClient('decoder', options.child);
  }

  /** Process ids by role, of those that run. */
  get pids(): { readonly reader?: number; readonly encoder?: number; readonly decoder?: number } {
    const entry = (name: string, pid: number | undefined): object =>
      pid === undefined ? {} : { [name]: pid };
    return {
      ...entry('reader', this.#reader.pid),
      ...entry('encoder', this.#encoder.pid),
      ...entry('decoder', this.#decoder.pid),
    };
  }

  async start(): Promise<EngineInfo> {
    const started = performance.now();
    this.#reader.warm();
    const [encoder] = await Promise.all([this.#loadEncoder(), this.#loadDecoder()]);
    const { id, encoder: encoderFile, decoder: decoderFile } = this.#options.model;
    return {
      model: {
        id,
        files: [encoderFile, decoderFile].map(({ name, sha256 }) => ({ name, sha256 })),
        provider: encoder.provider,
      },
      providers: encoder.providers,
      threads: this.#options.session.threads,
      loadMs: performance.now() - started,
    };
  }

  async read(source: ImageSource, call: StoppableCall): Promise<ReadImage> {
    const { model, maxPixels } = this.#options;
    return this.#reader.call(
      'read',
      { source, input: { fit: model.input.fit, size: model.input.size }, maxPixels },
      call,
    );
  }

  async lookup(key: string, call: BackendCall): Promise<'memory' | 'disk' | null> {
    await this.#loadDecoder();
    return this.#decoder.call('lookup', { key }, call);
  }

  async encode(key: string, image: ReadImage, call: StoppableCall): Promise<EncodedInBackend> {
    await this.#untilStored(call.signal);
    const passage = await this.#passage.take();
    let admitted: boolean;
    let first: EncodedInBackend;
    try {
      const { handover, ...encoded } = await this.#runEncoder(key, image, passage, call);
      first = encoded;
      this.#store(key);
      admitted = await this.#admit(key, handover, call);
    } finally {
      this.#passage.give(passage);
    }
    if (admitted) return first;
    // Someone took the file away in between: the second time the embedding does not go through one.
    const again = await this.#runEncoder(key, image, null, call);
    if (!(await this.#admit(key, again.handover, call))) throw embeddingMissing(key);
    return { ...first, encodeMs: first.encodeMs + again.encodeMs };
  }

  /** The prompts need not wait for the disk; the next encode and the end do. */
  #store(key: string): void {
    const { cacheFolder, cacheDiskBytes } = this.#options;
    if (cacheFolder === null) return;
    // Without the file the embedding is computed again.
    this.#stored = this.#encoder.call('store', { key, cacheFolder, cacheDiskBytes }).then(
      () => undefined,
      () => undefined,
    );
  }

  /** To cancel an encode must not lose the embedding before it. Rejects with the signal's reason. */
  async #untilStored(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    let takeBack = (): void => undefined;
    const aborted = new Promise<void>((resolve) => {
      takeBack = whenAborted(signal, resolve);
    });
    await Promise.race([this.#stored, aborted]);
    takeBack();
    signal.throwIfAborted();
  }

  async #runEncoder(
    key: string,
    { facts, pixels }: ReadImage,
    passage: string | null,
    call: StoppableCall,
  ): Promise<EncodeResult> {
    await this.#loadEncoder();
    call.signal.throwIfAborted();
    const image = { width: facts.width, height: facts.height };
    return this.#encoder.call('encode', { key, pixels, image, passage }, call).catch((error: unknown) => {
      // The next image should not wait for the model to be loaded again. A failure shows when it is needed.
      if (!this.#isClosing) this.#loadEncoder().catch(() => undefined);
      throw error;
    });
  }

  async #admit(key: string, handover: Handover, { requestId }: BackendCall): Promise<boolean> {
    await this.#loadDecoder();
    try {
      await this.#decoder.call('admit', { key, handover }, { requestId });
      return true;
    } catch (error) {
      if (isCalqueError(error, 'embedding-missing')) return false;
      throw error;
    }
  }

  async decode(
    key: string,
    image: ImageFacts,
    request: DecodeRequest,
    call: BackendCall,
  ): Promise<DecodedPrompt> {
    await this.#loadDecoder();
    const { width, height } = image;
    return this.#decoder.call('decode', { key, image: { width, height }, request }, call);
  }

  async tensors(key: string, call: BackendCall): Promise<NamedTensors> {
    await this.#loadDecoder();
    return this.#decoder.call('tensors', { key }, call);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.race([this.#stored, sleep(LONGEST_STORE_MS, undefined, { ref: false })]);
    await Promise.all([this.#reader.close(), this.#encoder.close(), this.#decoder.close()]);
    await this.#passage.close();
  }

  #loadEncoder(): Promise<LoadResult> {
    return this.#encoderLoad.current(this.#encoder, async () => {
      await this.#encoderFile.check();
      return this.#encoder.call('load', this.#loadArgs(this.#options.model.encoder));
    });
  }

  #loadDecoder(): Promise<LoadResult> {
    const { cacheFolder, cacheMemoryBytes } = this.#options;
    return this.#decoderLoad.current(this.#decoder, async () => {
      await this.#decoderFile.check();
      return this.#decoder.call('load', {
        ...this.#loadArgs(this.#options.model.decoder),
        cacheFolder,
        cacheMemoryBytes,
      });
    });
  }

  #loadArgs(file: BackendFile): LoadArgs {
    const { graphs, input } = this.#options.model;
    const names = file.names ?? {};
    return { modelPath: file.path, names, graphs, input, session: this.#options.session };
  }
}

/** A disk that does not answer is not waited for any longer. */
const LONGEST_STORE_MS = 30_000;

/**
 * Where embeddings go from one process to the other: through this process they would stop it for as long as 17 MB take.
 * A file that has been read is written again: its place in memory is there already.
 */
class Passage {
  #folder: Promise<string | null> | undefined;
  #files = 0;
  #free: string[] = [];

  /** Null where no temporary folder can be made: embeddings go through this process then. */
  open(): Promise<string | null> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'calque-embeddings-')).catch(() => null);
    return this.#folder;
  }

  /** A file that nobody else writes to or reads from until it is given back. */
  async take(): Promise<string | null> {
    let folder = await this.open();
    if (folder === null || !(await isOurs(folder))) {
      // It could not be made, or was cleared away as one that nobody had used for days.
      this.#folder = undefined;
      this.#free = [];
      folder = await this.open();
    }
    if (folder === null) return null;
    return this.#free.pop() ?? join(folder, `${this.#files++}.embedding`);
  }

  give(path: string | null): void {
    if (path !== null) this.#free.push(path);
  }

  async close(): Promise<void> {
    const folder = await this.#folder;
    if (folder != null) await rm(folder, { recursive: true, force: true });
  }
}

/** Somebody else can have made a folder of the same name since. */
async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => null);
  const owner = process.getuid?.();
  return found?.isDirectory() === true && (owner === undefined || found.uid === owner);
}

/** A load is good for the process that it was made in, unless it failed. */
class Loading {
  #generation = 0;
  #result: Promise<LoadResult> | undefined;

  current(
    client: { readonly generation: number; warm(): void },
    load: () => Promise<LoadResult>,
  ): Promise<LoadResult> {
    if (this.#result !== undefined && this.#generation === client.generation) return this.#result;
    // It starts while the file is looked at, and has its number from now on.
    client.warm();
    const result = load();
    this.#result = result;
    this.#generation = client.generation;
    result.catch(() => {
      if (this.#result === result) this.#result = undefined;
    });
    return result;
  }
}
