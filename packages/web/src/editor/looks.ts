import type { WireCandidate } from '@calque/api';
import type { MaskMaker, MaskSource } from '../masks/mask-maker.ts';
import type { ShownMask } from '../masks/shown-mask.ts';
import type { Clock } from '../sync/clock.ts';
import type { EntryQueue } from '../sync/entry-queue.ts';
import type { Answer, Answers, AskOptions } from './answers.ts';
import { type MaskSpec, storedSpec } from './mask-spec.ts';
import { Recent } from './recent.ts';

/** A mask that can be drawn, and the answer that it was made of, if it was made of one. */
export interface Look {
  readonly mask: ShownMask;
  readonly answer: Answer | null;
  readonly candidate: number | null;
  /** What making it took, beyond the answer. */
  readonly makeMs: number;
}

export interface LookOptions extends AskOptions {
  /** `record-first`: the answer may be on record, so that is asked before the model. */
  readonly ask: 'record-first' | 'model';
}

export interface LooksDeps {
  readonly answers: Answers;
  readonly masks: MaskMaker;
  readonly queue: Pick<EntryQueue, 'readMask'>;
  readonly clock: Clock;
}

const MOST_LOOKS = 200;

/** Makes masks of what annotations say, each once while it is remembered. */
export class Looks {
  readonly #deps: LooksDeps;
  readonly #looks = new Recent<Look>(MOST_LOOKS);
  /** By the mask's id: an accepted mask keeps the smooth outline that it had as a prediction. */
  readonly #smooth = new Recent<ShownMask>(MOST_LOOKS);

  constructor(deps: LooksDeps) {
    this.#deps = deps;
  }

  known(spec: MaskSpec): Look | undefined {
    const look = this.#looks.get(spec.key);
    if (look !== undefined || spec.kind !== 'stored') return look;
    const mask = Object.keys(spec.postprocess).length === 0 ? this.#smooth.get(spec.maskId) : undefined;
    return mask === undefined ? undefined : { mask, answer: null, candidate: null, makeMs: 0 };
  }

  /** A mask that was made elsewhere, or that is to be stored: nothing need be made for it. */
  remember(mask: ShownMask): void {
    const spec = storedSpec(mask.id, {});
    this.#looks.set(spec.key, { mask, answer: null, candidate: null, makeMs: 0 });
  }

  clear(): void {
    this.#looks.clear();
    this.#smooth.clear();
  }

  async make(spec: MaskSpec, options: LookOptions): Promise<Look> {
    return this.known(spec) ?? (await this.#makeAnew(spec, options));
  }

  /**
   * The same mask with a smooth outline, for one that was shown from what is on record, which has no logits. Null where it
   * does not come out as the same mask.
   */
  async sharpen(spec: MaskSpec & { readonly kind: 'predicted' }, same: ShownMask, options: AskOptions) {
    const { answers } = this.#deps;
    if (answers.get(spec.question) === undefined && (await answers.find(spec.question)) === null) return null;
    await answers.sharpen(spec.question, options);
    const look = await this.#makeAnew(spec, { ...options, ask: 'record-first' });
    return look.mask.id === same.id && look.mask.outline === 'logits' ? look : null;
  }

  async #makeAnew(spec: MaskSpec, options: LookOptions): Promise<Look> {
    const made =
      spec.kind === 'stored' ? await this.#ofStored(spec, options) : await this.#ofPrediction(spec, options);
    this.#looks.set(spec.key, made);
    if (made.mask.outline === 'logits') this.#smooth.set(made.mask.id, made.mask);
    return made;
  }

  async #ofStored(spec: MaskSpec & { readonly kind: 'stored' }, { signal }: LookOptions): Promise<Look> {
    const rle = await this.#deps.queue.readMask(spec.maskId, { signal });
    return this.#show({ kind: 'stored', rle, postprocess: spec.postprocess }, null, null, signal);
  }

  async #ofPrediction(spec: MaskSpec & { readonly kind: 'predicted' }, options: LookOptions): Promise<Look> {
    const answer = await this.#answerTo(spec, options);
    const index = candidateOf(answer, spec.choice);
    const candidate = answer.prediction.candidates[index];
    if (candidate === undefined) throw new RangeError(`an answer without candidate ${index}`);
    const input = await this.#deps.answers.inputOf(spec.question.model);
    const logits = answer.logits[index] ?? null;
    const source = candidateSource(candidate, { input, logits, postprocess: spec.postprocess });
    return this.#show(source, answer, index, options.signal);
  }

  async #answerTo({ question }: { readonly question: Parameters<Answers['ask']>[0] }, options: LookOptions) {
    const { answers } = this.#deps;
    const known = answers.get(question);
    if (known !== undefined) return known;
    const recorded = options.ask === 'record-first' ? await answers.find(question).catch(() => null) : null;
    options.signal.throwIfAborted();
    return recorded ?? answers.ask(question, options);
  }

  async #show(
    source: MaskSource,
    answer: Answer | null,
    candidate: number | null,
    signal: AbortSignal,
  ): Promise<Look> {
    const { masks, clock } = this.#deps;
    const startedMs = clock.now();
    const mask = await masks.show(source, { signal });
    return { mask, answer, candidate, makeMs: clock.now() - startedMs };
  }
}

type CandidateSource = MaskSource & { readonly kind: 'candidate' };

export function candidateSource(
  { rle, areaPx, perimeterPx, box, components, holes }: WireCandidate,
  more: Pick<CandidateSource, 'input' | 'logits' | 'postprocess'>,
): CandidateSource {
  const measures = { areaPx, perimeterPx, box, components, holes };
  return { kind: 'candidate', rle, measures, ...more };
}

/** Index of the candidate that a choice names; the best one where the model offers fewer. */
export function candidateOf({ prediction }: Pick<Answer, 'prediction'>, choice: 'best' | number): number {
  return choice === 'best' || choice >= prediction.candidates.length ? prediction.best : choice;
}
