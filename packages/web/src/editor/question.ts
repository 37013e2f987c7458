import type { WirePrompt } from '@calque/api';
import type { Annotation, AnnotationPrompt } from '@calque/core';
import { isEmptyPrompt } from './annotation-edits.ts';

/** What a model is asked about the image in view. */
export interface EditorQuestion {
  /** Equal for equal questions. */
  readonly key: string;
  readonly model: string;
  readonly prompt: WirePrompt;
}

/** Null where there is nothing to ask. Points that are switched off are left out. */
export function questionOf({ model, prompt }: Pick<Annotation, 'model' | 'prompt'>): EditorQuestion | null {
  if (isEmptyPrompt(prompt)) return null;
  const wire = wirePromptOf(prompt);
  return { key: JSON.stringify([model, wire]), model, prompt: wire };
}

function wirePromptOf({ box, points, maskId }: AnnotationPrompt): WirePrompt {
  return {
    box: box === null ? null : { x1: box.x1, y1: box.y1, x2: box.x2, y2: box.y2 },
    points: points.filter(({ enabled }) => enabled).map(({ x, y, label }) => ({ x, y, label })),
    maskId,
  };
}
