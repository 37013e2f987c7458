import type { WireImage } from '@calque/api';
import type { DecodePlace } from '../editor/editor-state.ts';
import type { Clock } from '../sync/clock.ts';
import type { ServerEvents } from '../sync/server-events.ts';
import type { BrowserDecoders } from './browser-decoders.ts';
import { DecodeChoice } from './decode-choice.ts';
import type { Decoder, DecoderAnswer, DecoderOptions, DecoderQuestion } from './decoder.ts';
import type { DecoderSource } from './decoder-source.ts';

export interface ChoosingSourceDeps {
  readonly image: WireImage;
  /** Of the model that is asked first. */
  readonly model: string;
  readonly wanted: DecodePlace['wanted'];
  readonly server: Decoder;
  readonly browser: Pick<BrowserDecoders, 'prepare'>;
  readonly events: ServerEvents;
  readonly clock: Clock;
  /** This page shares memory between threads (`crossOriginIsolated`). */
  readonly isolated: boolean;
}

/** The decoders of one image while it is in view, for every model that is asked. */
export class ChoosingSource implements DecoderSource, Decoder {
  readonly #deps: ChoosingSourceDeps;
  readonly #choices = new Map<string, DecodeChoice>();
  readonly #listeners = new Set<() => void>();
  readonly #endings: readonly (() => void)[];
  #wanted: DecodePlace['wanted'];
  #current: DecodeChoice;

  constructor(deps: ChoosingSourceDeps) {
    this.#deps = deps;
    this.#wanted = deps.wanted;
    this.#current = this.#choiceOf(deps.model);
    this.#endings = [
      deps.events.watch((state) => {
        for (const choice of this.#choices.values()) {
          if (state === 'connected') choice.serverBack();
          else choice.serverGone();
        }
      }),
      deps.events.listen((event) => {
        if (event.type !== 'image' || event.image.id !== deps.image.id || event.image.sha256 === null) return;
        if (event.image.datasetId !== deps.image.datasetId) return;
        for (const choice of this.#choices.values()) choice.imageChanged(event.image.sha256);
      }),
    ];
  }

  get decoder(): Decoder {
    return this;
  }

  get where(): 'server' | 'browser' {
    return this.place.used;
  }

  get place(): DecodePlace {
    return this.#current.place;
  }

  want(wanted: DecodePlace['wanted']): void {
    this.#wanted = wanted;
    for (const choice of this.#choices.values()) choice.want(wanted);
  }

  encoded(model: string): void {
    this.#choiceOf(model).encoded();
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  predict(question: DecoderQuestion, options: DecoderOptions): Promise<DecoderAnswer> {
    const choice = this.#choiceOf(question.model);
    if (!question.preview && choice !== this.#current) {
      this.#current = choice;
      this.#tell();
    }
    return choice.predict(question, options);
  }

  close(): void {
    for (const end of this.#endings) end();
    for (const choice of this.#choices.values()) choice.close();
    this.#listeners.clear();
  }

  #choiceOf(model: string): DecodeChoice {
    const known = this.#choices.get(model);
    if (known !== undefined) return known;
    const choice: DecodeChoice = new DecodeChoice({
      ...this.#deps,
      model,
      wanted: this.#wanted,
      onChange: () => {
        if (choice === this.#current) this.#tell();
      },
    });
    this.#choices.set(model, choice);
    return choice;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
