import type { WireImage } from '@calque/api';
import { type BoxXyxy, CalqueError, isCalqueError, type Size } from '@calque/core';
import type { DecodePlace } from '../editor/editor-state.ts';
import type { Clock } from '../sync/clock.ts';
import type { BrowserDecoders, LocalDecoder } from './browser-decoders.ts';
import type { Decoder, DecoderAnswer, DecoderOptions, DecoderQuestion, PromptMasks } from './decoder.ts';
import { isOfQuestion } from './is-of-question.ts';
import { comparedTimes, fasterPlace, RoundTrips } from './round-trips.ts';

export interface DecodeChoiceDeps {
  readonly image: Pick<WireImage, 'id' | 'datasetId'>;
  readonly model: string;
  readonly server: Decoder;
  readonly browser: Pick<BrowserDecoders, 'prepare'>;
  readonly clock: Clock;
  /** This page shares memory between threads (`crossOriginIsolated`). */
  readonly isolated: boolean;
  readonly wanted: DecodePlace['wanted'];
  readonly onChange: () => void;
}

/** Decoders are made ready and measured when nothing was asked for so long, or when that did not come for so much longer. */
const QUIET_MS = 1000;
const LATEST_MS = 8000;
/** Measurements older than this are repeated when something is asked. */
const STALE_MS = 60_000;
const ROUNDS = 2;
/** A worker that failed so often on one image is left alone until the person asks for it. */
const MOST_FAULTS = 2;

type Reason = DecodePlace['reason'];

/** Which decoder answers the prompts on one image by one model, and why. No question is lost when one of them fails. */
export class DecodeChoice {
  readonly #deps: DecodeChoiceDeps;
  readonly #times = { server: new RoundTrips(), browser: new RoundTrips() };
  #wanted: DecodePlace['wanted'];
  #serverIsGone = false;
  #local: LocalDecoder | null = null;
  #fault: CalqueError | null = null;
  #faults = 0;
  #place: DecodePlace;
  #encoded = false;
  #preparing: AbortController | null = null;
  #measuredMs = Number.NEGATIVE_INFINITY;
  #lastAskedMs = Number.NEGATIVE_INFINITY;
  #callOff: (() => void) | null = null;

  constructor(deps: DecodeChoiceDeps) {
    this.#deps = deps;
    this.#wanted = deps.wanted;
    this.#place = { wanted: deps.wanted, used: 'server', reason: this.#reasonFor('server') };
  }

  get place(): DecodePlace {
    return this.#place;
  }

  want(wanted: DecodePlace['wanted']): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#fault = null;
    this.#faults = 0;
    this.#prepareSoon();
    this.#decide();
  }

  encoded(): void {
    if (this.#encoded) return;
    this.#encoded = true;
    this.#prepareSoon();
  }

  /** What the page had of the image is another image's. */
  imageChanged(sha256: string): void {
    if (this.#local?.image.sha256 === sha256) return;
    this.#preparing?.abort();
    this.#preparing = null;
    this.#local = null;
    this.#measuredMs = Number.NEGATIVE_INFINITY;
    this.#prepareSoon();
    this.#decide();
  }

  serverGone(): void {
    this.#serverIsGone = true;
    this.#decide();
  }

  /** Anything may be another than it was: measured again. */
  serverBack(): void {
    this.#serverIsGone = false;
    this.#measuredMs = Number.NEGATIVE_INFINITY;
    this.#prepareSoon();
    this.#decide();
  }

  async predict(question: DecoderQuestion, options: DecoderOptions): Promise<DecoderAnswer> {
    const { clock } = this.#deps;
    this.#lastAskedMs = clock.now();
    const answer = await this.#answer(question, options);
    this.#lastAskedMs = clock.now();
    if (clock.now() - this.#measuredMs > STALE_MS) this.#prepareSoon();
    this.#decide();
    return answer;
  }

  close(): void {
    this.#callOff?.();
    this.#preparing?.abort();
    this.#encoded = false;
  }

  async #answer(question: DecoderQuestion, options: DecoderOptions): Promise<DecoderAnswer> {
    const decoder = this.#decoder();
    try {
      return await this.#ask(decoder, question, options);
    } catch (error) {
      if (options.signal.aborted) throw error;
      const other = this.#otherAfter(decoder, error);
      if (other === null) throw error;
      return this.#ask(other, question, options);
    }
  }

  async #ask(decoder: Decoder, question: DecoderQuestion, options: DecoderOptions): Promise<DecoderAnswer> {
    const answer = await decoder.predict(question, options);
    this.#times[decoder.where].add(question.preview ? 'preview' : 'answer', answer);
    if (decoder.where === 'server') this.#serverIsGone = false;
    return answer;
  }

  #decoder(): Decoder {
    return this.#place.used === 'browser' && this.#local !== null ? this.#local : this.#deps.server;
  }

  /** Who answers instead; null where the question itself is at fault, or there is nobody else. */
  #otherAfter(failed: Decoder, error: unknown): Decoder | null {
    if (isOfQuestion(error)) return null;
    if (failed.where === 'server') {
      if (!isCalqueError(error, 'server-unreachable')) return null;
      this.serverGone();
      return this.#local;
    }
    if (isCalqueError(error, 'server-unreachable')) return null;
    this.#failed(error);
    return this.#deps.server;
  }

  #failed(error: unknown): void {
    this.#local = null;
    this.#fault = faultOf(error);
    this.#faults++;
    if (this.#faults < MOST_FAULTS) this.#prepareSoon();
    this.#decide();
  }

  #prepareSoon(): void {
    if (!this.#encoded || this.#wanted === 'server' || this.#faults >= MOST_FAULTS) return;
    if (this.#preparing !== null || this.#callOff !== null) return;
    this.#waitForQuiet(this.#deps.clock.now() + LATEST_MS);
  }

  #waitForQuiet(latestMs: number): void {
    const { clock } = this.#deps;
    const quietMs = this.#wanted === 'browser' && this.#local === null ? 0 : QUIET_MS;
    this.#callOff = clock.after(quietMs, () => {
      this.#callOff = null;
      const quiet = clock.now() - this.#lastAskedMs >= quietMs;
      if (quiet || clock.now() >= latestMs) void this.#prepareAndMeasure();
      else this.#waitForQuiet(latestMs);
    });
  }

  async #prepareAndMeasure(): Promise<void> {
    const preparing = new AbortController();
    this.#preparing = preparing;
    const { signal } = preparing;
    try {
      await this.#prepare(signal);
      await this.#measure(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#notPrepared(error);
    }
    this.#preparing = null;
    if (this.#local === null) this.#prepareSoon();
    this.#decide();
  }

  #notPrepared(error: unknown): void {
    this.#local = null;
    // A server that cannot be reached is waited for, however long.
    if (isCalqueError(error, 'server-unreachable')) return;
    this.#fault = faultOf(error);
    this.#faults = isCalqueError(error, 'browser-decoder-impossible') ? MOST_FAULTS : this.#faults + 1;
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    if (this.#local !== null) return;
    const { image, model, browser } = this.#deps;
    const local = await browser.prepare({ datasetId: image.datasetId, imageId: image.id }, model, { signal });
    signal.throwIfAborted();
    this.#local = local;
    this.#fault = null;
    this.#decide();
  }

  /** The same prompt, asked of both in turn. The first one of each only wakes it up. */
  async #measure(signal: AbortSignal): Promise<void> {
    const { server, clock } = this.#deps;
    for (let round = 0; round <= ROUNDS; round++) {
      for (const decoder of [this.#local, this.#serverIsGone ? null : server]) {
        if (decoder === null) continue;
        const answer = await this.#probe(decoder, signal);
        if (round > 0 && answer !== null) this.#times[decoder.where].add('preview', answer);
      }
    }
    this.#measuredMs = clock.now();
  }

  /** Null where the server cannot be reached: there is nothing to compare with then. */
  async #probe(decoder: Decoder, signal: AbortSignal): Promise<DecoderAnswer | null> {
    const { image, model } = this.#deps;
    const size = this.#local?.image.size;
    if (size === undefined) return null;
    const question = {
      datasetId: image.datasetId,
      imageId: image.id,
      model,
      prompt: { box: middleOf(size), points: [], maskId: null },
      annotationId: null,
      preview: true,
    };
    try {
      return await decoder.predict(question, { signal, masks: noMasks });
    } catch (error) {
      if (decoder.where === 'browser' || signal.aborted) throw error;
      if (isCalqueError(error, 'server-unreachable')) this.serverGone();
      return null;
    }
  }

  #decide(): void {
    const used = this.#usedNow();
    const reason = this.#reasonFor(used);
    const { place } = this;
    const same = JSON.stringify([place.wanted, place.used, place.reason]);
    this.#place = { wanted: this.#wanted, used, reason };
    if (JSON.stringify([this.#wanted, used, reason]) !== same) this.#deps.onChange();
  }

  #usedNow(): 'server' | 'browser' {
    if (this.#local === null) return 'server';
    if (this.#serverIsGone) return 'browser';
    if (this.#wanted !== 'measured') return this.#wanted;
    const times = comparedTimes(this.#times.server, this.#times.browser);
    return times === null ? 'server' : fasterPlace(times, this.#place.used);
  }

  #reasonFor(used: 'server' | 'browser'): Reason {
    if (this.#local === null) return this.#reasonWithoutBrowser();
    if (this.#serverIsGone) return { key: 'decode.reason.server-gone', values: {} };
    const runtime = runtimeOf(this.#local, this.#deps.isolated);
    const times = comparedTimes(this.#times.server, this.#times.browser);
    if (times === null) return { key: 'decode.reason.measuring', values: runtime };
    const rounded = { serverMs: Math.round(times.serverMs), browserMs: Math.round(times.browserMs) };
    const why = this.#wanted === 'measured' ? `${used}-faster` : 'wanted';
    return { key: `decode.reason.${why}`, values: { ...rounded, ...runtime } };
  }

  #reasonWithoutBrowser(): Reason {
    if (this.#fault?.code === 'browser-decoder-impossible')
      return { key: 'decode.reason.not-here', values: {} };
    if (this.#fault !== null)
      return { key: 'decode.reason.browser-failed', values: { code: this.#fault.code } };
    return { key: `decode.reason.${this.#wanted === 'server' ? 'only-server' : 'preparing'}`, values: {} };
  }
}

const noMasks: PromptMasks = {
  readMask: () => Promise.reject(new Error('a prompt without a mask')),
  maskWritten: () => Promise.resolve(),
};

function middleOf({ width, height }: Size): BoxXyxy {
  return { x1: width * 0.25, y1: height * 0.25, x2: width * 0.75, y2: height * 0.75 };
}

/** `runtime` is the end of a translation key. */
function runtimeOf(
  { runtime: { provider, threads } }: LocalDecoder,
  isolated: boolean,
): { readonly runtime: string; readonly threads: number } {
  if (provider === 'webgpu') return { runtime: 'webgpu', threads };
  if (threads > 1) return { runtime: 'threads', threads };
  return { runtime: isolated ? 'one-thread' : 'not-isolated', threads };
}

function faultOf(error: unknown): CalqueError {
  if (isCalqueError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return CalqueError.fromJSON({ code: 'internal', message });
}
