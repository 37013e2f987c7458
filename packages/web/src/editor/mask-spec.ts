import type { Annotation, PostprocessOptions } from '@calque/core';
import { type EditorQuestion, questionOf } from './question.ts';

/** What the mask of an annotation follows from. Equal keys give equal masks. */
export type MaskSpec =
  | {
      readonly kind: 'stored';
      readonly key: string;
      readonly maskId: string;
      readonly postprocess: PostprocessOptions;
    }
  | {
      readonly kind: 'predicted';
      readonly key: string;
      readonly question: EditorQuestion;
      readonly choice: 'best' | number;
      readonly postprocess: PostprocessOptions;
    };

/** Tried out, not decided: a candidate under the pointer, a slider that is being dragged. */
export interface Trial {
  readonly choice?: number;
  readonly postprocess?: PostprocessOptions;
}

/** Null where nothing gives a mask. */
export function maskSpecOf(annotation: Annotation, trial: Trial = {}): MaskSpec | null {
  const { review, editedMask } = annotation;
  const postprocess = trial.postprocess ?? annotation.postprocess;
  if (trial.choice !== undefined) return predictedSpec(annotation, trial.choice, postprocess);
  if (review.status === 'accepted' && trial.postprocess === undefined) return storedSpec(review.maskId, {});
  if (editedMask !== null) return storedSpec(editedMask, postprocess);
  return predictedSpec(annotation, annotation.choice, postprocess);
}

export function storedSpec(maskId: string, postprocess: PostprocessOptions): MaskSpec {
  return { kind: 'stored', key: JSON.stringify([maskId, orderedOptions(postprocess)]), maskId, postprocess };
}

export function predictedSpec(
  annotation: Pick<Annotation, 'model' | 'prompt'>,
  choice: 'best' | number,
  postprocess: PostprocessOptions,
): MaskSpec | null {
  const question = questionOf(annotation);
  if (question === null) return null;
  const key = JSON.stringify([question.key, choice, orderedOptions(postprocess)]);
  return { kind: 'predicted', key, question, choice, postprocess };
}

function orderedOptions(options: PostprocessOptions): unknown {
  return [options.fillHolesPx, options.dropIslandsPx, options.keepLargest, options.smoothRadiusPx].map(
    (value) => value ?? 0,
  );
}
