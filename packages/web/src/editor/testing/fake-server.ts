import type { Client, EmbeddingState, ServerEvent, WireImage, WireLabel, WirePrediction } from '@calque/api';
import { maskIdOf } from '@calque/api';
import {
  applyEntry,
  CalqueError,
  documentOf,
  type Entry,
  type ImageDocument,
  isCalqueError,
  type NumberedEntry,
  type RecordedRle,
} from '@calque/core';
import type { Decoder, DecoderAnswer, DecoderOptions, DecoderQuestion } from '../../decoding/decoder.ts';
import type { DecoderSource } from '../../decoding/decoder-source.ts';
import { masksOfEntry } from '../../sync/masks-of-entry.ts';
import type { ConnectionState, ServerEvents } from '../../sync/server-events.ts';
import { answerTo, IMAGE_SHA256, IMAGE_SIZE } from './fake-answers.ts';
import type { FakeClock } from './fake-clock.ts';

/** What happens to what travels. Each is asked anew for every request, answer and event. */
export interface Network {
  delayMs(): number;
  loses(): boolean;
  repeats(): boolean;
}

export const goodNetwork: Network = { delayMs: () => 5, loses: () => false, repeats: () => false };

export const fakeImage: WireImage = {
  id: 'image-1',
  datasetId: 'dataset-1',
  path: 'yard/truck.png',
  name: 'truck.png',
  size: IMAGE_SIZE,
  sizeBytes: 12_345,
  format: 'png',
  sha256: IMAGE_SHA256,
  changed: false,
  problem: null,
  state: 'unseen',
  annotationCount: 0,
  unreviewedCount: 0,
  tags: [],
  suggestions: [],
  lowestScore: null,
  display: 'whole',
  modifiedAt: '2026-11-01T08:00:00.000Z',
};

export const fakeLabels: readonly WireLabel[] = [{ id: 'wheel', name: 'Wheel', color: '#336699' }];

/** The server of one image, as the routes say: what it took survives, whatever becomes of the connections. */
export class FakeServer {
  readonly clock: FakeClock;
  network: Network = goodNetwork;
  log: readonly NumberedEntry[] = [];
  readonly masks = new Map<string, RecordedRle>();
  readonly predictions = new Map<string, WirePrediction>();
  /** Every question that reached the decoder, in order. */
  readonly asked: DecoderQuestion[] = [];
  readonly calls: string[] = [];
  /** What a page must never do, seen. */
  readonly violations: string[] = [];
  embedding: EmbeddingState['status'] = 'ready';
  /** Answers the next decode with this error. */
  decodeFailure: CalqueError | null = null;
  decodeMs = 20;
  /** How often the logits that did not come with an answer were fetched. */
  logitsRead = 0;
  keepsNoLogits = false;
  /** A decoder that answers although nobody waits any more. */
  ignoresSignals = false;
  /** Refuses entries of this gesture for good. */
  refusedGesture: string | null = null;
  refusesMasks = false;
  #up = true;
  readonly #connections = new Set<FakeConnection>();

  constructor(clock: FakeClock) {
    this.clock = clock;
  }

  get isUp(): boolean {
    return this.#up;
  }

  get document(): ImageDocument {
    return documentOf(this.log.map(({ entry }) => entry));
  }

  connect(): FakeConnection {
    const connection = new FakeConnection(this);
    this.#connections.add(connection);
    return connection;
  }

  disconnect(connection: FakeConnection): void {
    this.#connections.delete(connection);
  }

  stop(): void {
    this.#up = false;
    for (const connection of this.#connections) connection.become('reconnecting');
  }

  start(): void {
    this.#up = true;
    for (const connection of this.#connections) connection.become('connected');
  }

  tell(event: ServerEvent): void {
    for (const connection of this.#connections) connection.deliver(structuredClone(event));
  }

  becomeEncoded(status: EmbeddingState['status'] = 'ready'): void {
    this.embedding = status;
    this.tell({ type: 'embedding', datasetId: 'dataset-1', embedding: this.embeddingState('tiny') });
  }

  embeddingState(model: string): EmbeddingState {
    const problem =
      this.embedding === 'failed'
        ? { type: 'about:blank', title: 'the encoder ended', status: 500, code: 'engine-crashed' }
        : null;
    return {
      imageId: 'image-1',
      model,
      status: this.embedding,
      elapsedMs: 0,
      expectedMs: null,
      cache: null,
      problem,
    };
  }

  append(baseSeq: number, entries: readonly Entry[]): { seq: number; entries: NumberedEntry[] } {
    const known = new Set(this.log.map(({ entry }) => entry.id));
    const news = entries.filter(({ id }) => !known.has(id));
    let document = this.document;
    for (const entry of news) {
      if (entry.kind === 'step' && entry.gesture === this.refusedGesture)
        throw withStatus('request-invalid', 400);
      for (const maskId of masksOfEntry(entry)) {
        if (!this.masks.has(maskId)) this.violations.push(`entry ${entry.id} came before its mask`);
      }
      document = this.#applied(document, entry);
    }
    const before = this.log.length;
    const added = news.map((entry, i) => ({ seq: before + 1 + i, entry }));
    this.log = [...this.log, ...added];
    if (added.length > 0) {
      this.tell({
        type: 'entries',
        datasetId: 'dataset-1',
        imageId: 'image-1',
        entries: [...added] as never,
      });
    }
    return { seq: this.log.length, entries: this.log.slice(baseSeq) };
  }

  decode(question: DecoderQuestion): WirePrediction {
    if (this.embedding !== 'ready') throw withStatus('embedding-missing', 409);
    const { maskId } = question.prompt;
    if (maskId !== null && !this.masks.has(maskId)) {
      if (!question.preview) this.violations.push('a question came before its mask');
      throw withStatus('mask-missing', 404);
    }
    this.asked.push(question);
    const prediction = answerTo(question.model, question.prompt);
    if (!question.preview) this.predictions.set(prediction.key, prediction);
    return prediction;
  }

  #applied(document: ImageDocument, entry: Entry): ImageDocument {
    try {
      return applyEntry(document, entry);
    } catch (error) {
      if (!isCalqueError(error, 'document-conflict')) throw error;
      throw new CalqueError({ ...error.toJSON(), details: { ...error.details, status: 409 } });
    }
  }
}

/** One page's way to the server. */
export class FakeConnection implements ServerEvents, Pick<Client, 'call'>, Decoder, DecoderSource {
  readonly #server: FakeServer;
  readonly #listeners = new Set<(event: ServerEvent) => void>();
  readonly #watchers = new Set<(state: ConnectionState) => void>();
  readonly where = 'server';
  readonly place: DecoderSource['place'] = {
    wanted: 'server',
    used: 'server',
    reason: { key: 'decoding.fake', values: {} },
  };
  readonly decoder: Decoder = this;
  readonly call: Client['call'];
  state: ConnectionState = 'connected';
  /** The page was killed: nothing leaves it and nothing reaches it any more. */
  dead = false;

  constructor(server: FakeServer) {
    this.#server = server;
    const call = (name: string, args: CallParts): Promise<unknown> =>
      this.#travel(args.signal, () => {
        server.calls.push(name);
        return this.#handle(name, args);
      });
    this.call = call as Client['call'];
  }

  /** Models that the editor said the image is encoded for. */
  readonly encodedFor: string[] = [];

  want(): void {}

  encoded(model: string): void {
    this.encodedFor.push(model);
  }

  listen(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch(listener: (state: ConnectionState) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  become(state: ConnectionState): void {
    if (this.dead || state === this.state) return;
    this.state = state;
    for (const watcher of [...this.#watchers]) watcher(state);
  }

  deliver(event: ServerEvent): void {
    const { network, clock } = this.#server;
    if (this.state !== 'connected') return;
    for (let copies = network.repeats() ? 2 : 1; copies > 0; copies--) {
      if (network.loses()) continue;
      clock.after(network.delayMs(), () => {
        if (this.dead || this.state !== 'connected') return;
        for (const listener of [...this.#listeners]) listener(event);
      });
    }
  }

  async predict(question: DecoderQuestion, { signal, masks }: DecoderOptions): Promise<DecoderAnswer> {
    const server = this.#server;
    if (question.prompt.maskId !== null) await masks.maskWritten(question.prompt.maskId);
    const prediction = (await this.#travel(server.ignoresSignals ? undefined : signal, async () => {
      await server.clock.wait(server.decodeMs);
      if (server.decodeFailure !== null) {
        const failure = server.decodeFailure;
        server.decodeFailure = null;
        throw failure;
      }
      return server.decode(question);
    })) as WirePrediction;
    const all = prediction.candidates.map(({ score }) => new Float32Array(16).fill(score));
    const logits = all.map((values, index) => (index === prediction.best ? values : null));
    const restOfLogits = async (): Promise<Float32Array[]> => {
      await this.#leg();
      if (server.keepsNoLogits) throw new Error('gone');
      server.logitsRead += 1;
      return all;
    };
    return {
      prediction,
      logits,
      restOfLogits: question.preview ? null : restOfLogits,
      roundTripMs: 34,
      transferMs: 10,
    };
  }

  async #travel(signal: AbortSignal | undefined, handle: () => unknown): Promise<unknown> {
    await this.#leg();
    signal?.throwIfAborted();
    const answer = structuredClone(await handle());
    if (this.#server.network.repeats()) await Promise.resolve().then(handle).catch(refusedAgain);
    await this.#leg();
    signal?.throwIfAborted();
    return answer;
  }

  async #leg(): Promise<void> {
    const { clock, network } = this.#server;
    await clock.wait(network.delayMs());
    if (this.dead) await new Promise(() => {});
    if (!this.#server.isUp || network.loses()) throw unreachable();
  }

  #handle(name: string, args: CallParts): unknown {
    const server = this.#server;
    const { params = {}, query = {}, body } = structuredClone({ ...args, signal: undefined });
    switch (name) {
      case 'readDocument': {
        const after = Number(query['after'] ?? 0);
        return { seq: server.log.length, entries: server.log.slice(after) };
      }
      case 'appendEntries': {
        const { baseSeq, entries } = body as { baseSeq: number; entries: Entry[] };
        return server.append(baseSeq, entries);
      }
      case 'writeMask': {
        const rle = body as RecordedRle;
        if (server.refusesMasks) throw withStatus('mask-wrong-size', 400);
        if (maskIdOf(rle) !== params['maskId']) server.violations.push('a mask under another name');
        server.masks.set(String(params['maskId']), rle);
        return undefined;
      }
      case 'readMask':
        return found(server.masks.get(String(params['maskId'])));
      case 'findPredictions':
        return (body as { keys: string[] }).keys.flatMap((key) => server.predictions.get(key) ?? []);
      case 'listModels':
        return [{ id: 'tiny', files: answerTo('tiny', { box: null, points: [], maskId: null }).model.files }];
      case 'requestEmbedding':
        return server.embeddingState((body as { model: string }).model);
      case 'releaseEmbedding':
        return undefined;
      default:
        throw withStatus('route-unknown', 404);
    }
  }
}

interface CallParts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw withStatus('mask-missing', 404);
  return value;
}

/** A request that came twice may be refused the second time; its sender never knows. */
function refusedAgain(error: unknown): void {
  if (!isCalqueError(error)) throw error;
}

export function unreachable(): CalqueError {
  return new CalqueError({ code: 'server-unreachable', message: 'nothing answers', remedy: 'Wait.' });
}

export function withStatus(code: string, status: number): CalqueError {
  return new CalqueError({ code, message: code, remedy: 'None.', details: { status } });
}
