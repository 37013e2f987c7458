import { isCalqueError } from '@calque/core';
import { answerTo, IMAGE_SHA256, IMAGE_SIZE } from '../../editor/testing/fake-answers.ts';
import type { FakeClock } from '../../editor/testing/fake-clock.ts';
import type { LocalDecoder } from '../browser-decoders.ts';
import type { Decoder, DecoderAnswer, DecoderOptions, DecoderQuestion } from '../decoder.ts';

/** A decoder whose answers take as long as the test says. */
export class FakePlace implements Decoder {
  readonly where: 'server' | 'browser';
  readonly asked: DecoderQuestion[] = [];
  tookMs: number;
  /** Rejects with this while it is set. */
  failure: Error | null = null;
  readonly #clock: FakeClock;

  constructor(where: 'server' | 'browser', clock: FakeClock, tookMs: number) {
    this.where = where;
    this.#clock = clock;
    this.tookMs = tookMs;
  }

  /** Without those that measure. */
  get questions(): DecoderQuestion[] {
    return this.asked.filter(({ preview }) => !preview);
  }

  async predict(question: DecoderQuestion, { signal }: DecoderOptions): Promise<DecoderAnswer> {
    this.asked.push(question);
    const roundTripMs = this.tookMs;
    if (isCalqueError(this.failure, 'server-unreachable')) throw this.failure;
    await this.#clock.wait(roundTripMs);
    signal.throwIfAborted();
    if (this.failure !== null) throw this.failure;
    const prediction = { ...answerTo(question.model, question.prompt), where: this.where };
    return { prediction, logits: [], restOfLogits: null, roundTripMs, transferMs: 0 };
  }
}

/** What the page's own decoders would give, for one image. */
export class FakeBrowserDecoders {
  readonly place: FakePlace;
  prepared = 0;
  /** Rejects with this while it is set. */
  failure: Error | null = null;
  runtime = { provider: 'wasm', threads: 2 };
  sha256 = IMAGE_SHA256;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock, tookMs: number) {
    this.#clock = clock;
    this.place = new FakePlace('browser', clock, tookMs);
  }

  async prepare(_: unknown, __: string, { signal }: { signal: AbortSignal }): Promise<LocalDecoder> {
    this.prepared++;
    await this.#clock.wait(400);
    signal.throwIfAborted();
    if (this.failure !== null) throw this.failure;
    const { runtime, sha256, place } = this;
    return {
      where: 'browser',
      runtime,
      image: { size: IMAGE_SIZE, sha256 },
      predict: (question, options) => place.predict(question, options),
    };
  }
}
