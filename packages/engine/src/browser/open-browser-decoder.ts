import { CalqueError, type Size } from '@calque/core';
import type { GraphNames, InputSpec } from '@calque/models';
import { transfer, wrap } from 'comlink';
import type { DecodeRequest } from '../contract.ts';
import { engineClosed, engineCrashed } from '../errors.ts';
import type { Prediction } from '../results.ts';
import type { DecodedPrompt } from '../service/backend.ts';
import type { DecoderCalls, LoadedDecoder, Outcome } from './decoder-calls.ts';

/** A decoder in a worker of this page. Embeddings come from elsewhere. */
export interface BrowserDecoder {
  /** What runs it at the moment. */
  readonly loaded: LoadedDecoder;
  /** Takes an embedding as the server sends it; its memory passes to the worker. Rejects with `tensors-not-understood`. */
  admit(key: string, bytes: ArrayBuffer): Promise<void>;
  /** Goes over to the graphics processor where it answers rightly and sooner. Needs an embedding to try it on. */
  tryGraphics(key: string, image: Size): Promise<void>;
  /** Rejects with `embedding-missing`, a `prompt-…` error, `engine-crashed` or the signal's reason. */
  decode(args: BrowserDecode, signal: AbortSignal): Promise<Prediction>;
  /** What is under way is rejected with `engine-closed`. */
  close(): void;
}

export interface BrowserDecode {
  readonly key: string;
  /** Of the oriented image. */
  readonly image: Size;
  readonly request: DecodeRequest;
}

/** What of a model's manifest its decoder needs. */
export interface BrowserModel extends GraphNames {
  /** What inputs and outputs are called in the file, by their name in the model's interface, where that differs. */
  readonly names?: Readonly<Record<string, string>>;
  readonly input: InputSpec;
  /** The decoder's file; its memory passes to the worker. */
  readonly decoder: ArrayBuffer;
}

/** More threads than this gain nothing on decoders of this size. */
const MOST_THREADS = 4;

/** Rejects with `model-load-failed` or `engine-crashed`. */
export async function openBrowserDecoder(model: BrowserModel): Promise<BrowserDecoder> {
  const worker = new Worker(new URL('./decoder.worker.ts', import.meta.url), { type: 'module' });
  const opened = new WorkerBackedDecoder(worker);
  try {
    await opened.load(model, threadsHere());
    return opened;
  } catch (error) {
    opened.close();
    throw error;
  }
}

/** Threads share memory, which browsers allow to isolated pages alone; without it the runtime silently takes one. */
function threadsHere(): number {
  const { crossOriginIsolated, navigator } = globalThis;
  return crossOriginIsolated ? Math.min(MOST_THREADS, Math.max(1, navigator.hardwareConcurrency)) : 1;
}

class WorkerBackedDecoder implements BrowserDecoder {
  readonly #worker: Worker;
  readonly #calls: ReturnType<typeof wrap<DecoderCalls>>;
  readonly #ended: Promise<never>;
  #end: (reason: CalqueError) => void = () => {};
  #loaded: LoadedDecoder = { provider: 'wasm', threads: 1, passedOver: null };
  /** The worker does one thing at a time, so what is called off while it waits here is never done. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(worker: Worker) {
    this.#worker = worker;
    this.#calls = wrap<DecoderCalls>(worker);
    this.#ended = new Promise((_, reject) => {
      this.#end = reject;
    });
    this.#ended.catch(() => undefined);
    worker.onerror = ({ message }) =>
      this.#end(
        engineCrashed({ role: 'browser decoder', how: message || 'not loaded', killed: false, stderr: '' }),
      );
  }

  get loaded(): LoadedDecoder {
    return this.#loaded;
  }

  async load({ decoder: model, input, names = {}, ...graphs }: BrowserModel, threads: number): Promise<void> {
    const args = { graphs, names, input, model, threads };
    this.#loaded = await this.#ask(() => this.#calls.load(transfer(args, [model])));
  }

  async admit(key: string, bytes: ArrayBuffer): Promise<void> {
    await this.#ask(() => this.#calls.admit(transfer({ key, bytes }, [bytes])));
  }

  async tryGraphics(key: string, image: Size): Promise<void> {
    this.#loaded = await this.#ask(() => this.#calls.tryGraphics({ key, image }));
  }

  async decode(args: BrowserDecode, signal: AbortSignal): Promise<Prediction> {
    const asked = performance.now();
    let began = asked;
    const answer = await this.#ask(() => {
      signal.throwIfAborted();
      began = performance.now();
      return this.#calls.decode(args);
    });
    signal.throwIfAborted();
    return predictionOf(answer, began - asked, performance.now() - asked);
  }

  close(): void {
    this.#end(engineClosed());
    this.#worker.terminate();
  }

  async #ask<Value>(call: () => Promise<Outcome<Value>>): Promise<Value> {
    const turn = this.#last.then(call);
    this.#last = turn.catch(() => undefined);
    const outcome = await Promise.race([turn, this.#ended]);
    if (!outcome.ok) throw CalqueError.fromJSON(outcome.error);
    return outcome.value;
  }
}

function predictionOf(
  { decodeMs, postprocessMs, measureMs, ...prediction }: DecodedPrompt,
  queueMs: number,
  totalMs: number,
): Prediction {
  const timingsMs = {
    queue: queueMs,
    decode: decodeMs,
    postprocess: postprocessMs,
    measure: measureMs,
    total: totalMs,
  };
  return { ...prediction, timingsMs };
}
