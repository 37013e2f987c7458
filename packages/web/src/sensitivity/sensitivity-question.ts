import type { DeepReadonly, MeasureSensitivity, WireSensitivity } from '@calque/api';
import type { AnnotationView } from '../editor/editor-state.ts';
import { questionOf } from '../editor/question.ts';

/** What a measurement of an object in its present state asks, but for the family of boxes. */
export type SensitivityQuestion = Omit<DeepReadonly<MeasureSensitivity>, 'family' | 'run'> & {
  /** Equal for equal states: a measurement belongs to the state that it was made of, also after undo. */
  readonly key: string;
};

/** Why there is nothing to measure. */
export type NotMeasurable = 'no-object' | 'no-box' | 'no-mask';

export function sensitivityQuestionOf(view: AnnotationView | null): SensitivityQuestion | NotMeasurable {
  if (view === null) return 'no-object';
  const { annotation, mask, pending } = view;
  const question = questionOf(annotation);
  if (question === null || question.prompt.box === null) return 'no-box';
  if (mask === null || pending) return 'no-mask';
  const { id: annotationId, choice, postprocess } = annotation;
  const { model, prompt } = question;
  return {
    key: keyOf({ prompt, model, choice, postprocess, maskId: mask.id }),
    annotationId,
    prompt,
    model,
    choice,
    postprocess,
    mask: mask.rle as MeasureSensitivity['mask'],
  };
}

/** Newest first; the one that was made of exactly this state, or null. */
export function measuredFor(
  records: readonly WireSensitivity[],
  { key }: Pick<SensitivityQuestion, 'key'>,
): WireSensitivity | null {
  const ofState = records.find(
    ({ prompt, model, choice, postprocess, maskId }) =>
      keyOf({ prompt, model: model.id, choice, postprocess, maskId }) === key,
  );
  return ofState ?? null;
}

type State = Pick<DeepReadonly<MeasureSensitivity>, 'prompt' | 'model' | 'choice' | 'postprocess'> & {
  readonly maskId: string;
};

function keyOf({
  prompt: { box, points, maskId: given },
  model,
  choice,
  postprocess,
  maskId,
}: State): string {
  const { fillHolesPx = 0, dropIslandsPx = 0, keepLargest = 0, smoothRadiusPx = 0 } = postprocess;
  return JSON.stringify([
    box === null ? null : [box.x1, box.y1, box.x2, box.y2],
    points.map(({ x, y, label }) => [x, y, label]),
    given,
    model,
    choice,
    [fillHolesPx, dropIslandsPx, keepLargest, smoothRadiusPx],
    maskId,
  ]);
}
