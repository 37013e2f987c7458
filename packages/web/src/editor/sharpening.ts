import type { Annotation } from '@calque/core';
import type { AnnotationWork } from './annotation-work.ts';
import type { Answers } from './answers.ts';
import type { Embeddings } from './embeddings.ts';
import type { Looks } from './looks.ts';
import { type MaskSpec, predictedSpec } from './mask-spec.ts';

export interface SharpeningDeps {
  readonly answers: Pick<Answers, 'get' | 'find'>;
  readonly looks: Looks;
  readonly embeddings: Pick<Embeddings, 'ready'>;
  readonly signal: AbortSignal;
  /** False for who may only look: the image is not encoded for them. */
  readonly mayAsk: boolean;
  /** The answer that a mask once came from is known now. */
  readonly onFound: () => void;
}

/**
 * Finds the answers behind masks that were shown from what is stored, for their scores. Gives masks that were shown from what is on record the smooth outline that only the model's logits give; one at a time,
 * once the image is encoded, and each mask once.
 */
export class Sharpening {
  readonly #deps: SharpeningDeps;
  readonly #tried = new Set<string>();
  #last: Promise<void> = Promise.resolve();

  constructor(deps: SharpeningDeps) {
    this.#deps = deps;
  }

  consider(annotation: Annotation, work: AnnotationWork): void {
    const { look, current } = work.state;
    if (look === null || !current || look.mask.outline === 'logits' || this.#tried.has(look.mask.id)) return;
    const spec = sharpenable(annotation);
    const hasLogits = look.candidate !== null && look.answer?.logits[look.candidate] != null;
    if (spec === null || hasLogits) return;
    this.#tried.add(look.mask.id);
    void this.#findAnswer(spec);
    if (this.#deps.mayAsk) this.#last = this.#last.then(() => this.#sharpen(annotation, spec, work));
  }

  async #findAnswer({ question }: PredictedSpec): Promise<void> {
    const { answers, onFound } = this.#deps;
    if (answers.get(question) !== undefined) return;
    try {
      if ((await answers.find(question)) !== null) onFound();
    } catch {
      // The mask is shown already; it only stays without its score.
    }
  }

  async #sharpen(annotation: Annotation, spec: PredictedSpec, work: AnnotationWork): Promise<void> {
    const { looks, embeddings, signal } = this.#deps;
    try {
      await embeddings.ready(annotation.model, signal);
      const shown = work.state.look;
      if (shown === null) return;
      const look = await looks.sharpen(spec, shown.mask, { signal, annotationId: annotation.id });
      if (look !== null) work.sharpen(look);
    } catch {
      // The mask is shown already; it only stays less smooth.
    }
  }
}

type PredictedSpec = MaskSpec & { readonly kind: 'predicted' };

/** Masks that follow from the best candidate alone: a preview gives no other, and edits have no logits. */
function sharpenable(annotation: Annotation): PredictedSpec | null {
  const { editedMask, postprocess, visible, choice } = annotation;
  const raw = Object.values(postprocess).every((value) => value === 0 || value === undefined);
  if (editedMask !== null || !raw || !visible) return null;
  const spec = predictedSpec(annotation, choice, {});
  return spec?.kind === 'predicted' ? spec : null;
}
