import type { MaskMaker } from '../masks/mask-maker.ts';
import type { ShownMask } from '../masks/shown-mask.ts';
import type { Answers } from './answers.ts';
import { candidateOf, candidateSource } from './looks.ts';
import type { EditorQuestion } from './question.ts';

export interface PreviewsDeps {
  readonly answers: Answers;
  readonly masks: MaskMaker;
  /** False while the image is not encoded, or while the decoder is at work on what was asked in earnest. */
  readonly mayAsk: (question: EditorQuestion) => boolean;
  readonly show: (mask: ShownMask | null) => void;
}

/**
 * What the decoder says to the pointer's place. One question at a time: while it is answered the newest place waits, so
 * that the preview follows as fast as the decoder goes and never further behind than one answer.
 */
export class Previews {
  readonly #deps: PreviewsDeps;
  #wanted: EditorQuestion | null = null;
  #shownKey: string | null = null;
  #running: AbortController | null = null;
  #annotationId: string | null = null;

  constructor(deps: PreviewsDeps) {
    this.#deps = deps;
  }

  want(question: EditorQuestion | null, annotationId: string | null): void {
    if (question === null) {
      this.end();
      return;
    }
    this.#wanted = question;
    this.#annotationId = annotationId;
    void this.#ask();
  }

  /** Makes way for what is asked in earnest. What is shown stays. */
  pause(): void {
    this.#running?.abort();
    this.#running = null;
  }

  /** Asks for the place that waited, if it may now. */
  resume(): void {
    void this.#ask();
  }

  /** The pointer left, or what it hovers over changed: what is under way is not shown any more. */
  end(): void {
    this.#wanted = null;
    this.#running?.abort();
    this.#running = null;
    if (this.#shownKey !== null) this.#deps.show(null);
    this.#shownKey = null;
  }

  async #ask(): Promise<void> {
    const question = this.#wanted;
    if (this.#running !== null || question === null || question.key === this.#shownKey) return;
    if (!this.#deps.mayAsk(question)) return;
    const running = new AbortController();
    this.#running = running;
    try {
      const mask = await this.#maskOf(question, running.signal);
      if (running.signal.aborted) return;
      this.#shownKey = question.key;
      this.#deps.show(mask);
    } catch {
      // A preview that fails is none: the click that follows says why.
      if (running.signal.aborted) return;
      this.#shownKey = question.key;
      this.#deps.show(null);
    }
    this.#running = null;
    if (this.#wanted?.key !== question.key) void this.#ask();
  }

  async #maskOf(question: EditorQuestion, signal: AbortSignal): Promise<ShownMask | null> {
    const { answers, masks } = this.#deps;
    const annotationId = this.#annotationId;
    const answer = answers.get(question) ?? (await answers.preview(question, { signal, annotationId }));
    const index = candidateOf(answer, 'best');
    const candidate = answer.prediction.candidates[index];
    if (candidate === undefined) return null;
    const logits = answer.logits[index] ?? null;
    const input = await answers.inputOf(question.model);
    return masks.show(candidateSource(candidate, { input, logits, postprocess: {} }), { signal });
  }
}
