import {
  type Annotation,
  type AnnotationPoint,
  type AnnotationPrompt,
  type BoxXyxy,
  emptyPrompt,
  type PostprocessOptions,
} from '@calque/core';
import { PALETTE } from './palette.ts';

/** An annotation with nothing in it, last in the list, in a colour that is free. */
export function newAnnotationIn(
  annotations: ReadonlyMap<string, Annotation>,
  { id, model, name }: Pick<Annotation, 'id' | 'model' | 'name'>,
): Annotation {
  const others = [...annotations.values()];
  const taken = new Set(others.map(({ color }) => color));
  const free = PALETTE.findIndex((_, index) => !taken.has(index));
  return {
    id,
    revision: id,
    name,
    labelId: null,
    color: free < 0 ? others.length % PALETTE.length : free,
    order: Math.max(0, ...others.map(({ order }) => order)) + 1,
    visible: true,
    locked: false,
    prompt: emptyPrompt,
    model,
    choice: 'best',
    postprocess: {},
    editedMask: null,
    review: { status: 'unreviewed' },
  };
}

/** The enabled parts of a prompt are none: there is nothing to ask. */
export function isEmptyPrompt({ box, points, maskId }: AnnotationPrompt): boolean {
  return box === null && maskId === null && !points.some(({ enabled }) => enabled);
}

/**
 * The annotation with another prompt. What was painted becomes part of the question rather than being lost: it is given
 * as the mask prompt. What was reviewed is to be reviewed again.
 */
export function withPrompt(annotation: Annotation, prompt: AnnotationPrompt): Annotation {
  const refines = annotation.editedMask !== null && hasGeometry(prompt);
  return unreviewed({
    ...annotation,
    prompt: refines ? { ...prompt, maskId: annotation.editedMask } : prompt,
    editedMask: refines ? null : annotation.editedMask,
    choice: isEmptyPrompt(prompt) ? 'best' : annotation.choice,
  });
}

export function withBox(annotation: Annotation, box: BoxXyxy | null): Annotation {
  return withPrompt(annotation, { ...annotation.prompt, box });
}

export function withPoint(annotation: Annotation, point: AnnotationPoint): Annotation {
  return withPrompt(annotation, { ...annotation.prompt, points: [...annotation.prompt.points, point] });
}

/** `change` gives the point as it becomes, or null to take it out. */
export function withChangedPoint(
  annotation: Annotation,
  pointId: string,
  change: (point: AnnotationPoint) => AnnotationPoint | null,
): Annotation {
  const points = annotation.prompt.points.flatMap((point) => {
    const next = point.id === pointId ? change(point) : point;
    return next === null ? [] : [next];
  });
  return withPrompt(annotation, { ...annotation.prompt, points });
}

/** A mask that a person painted or imported, as it is. */
export function withEditedMask(annotation: Annotation, maskId: string): Annotation {
  return unreviewed({ ...annotation, editedMask: maskId, postprocess: {} });
}

export function withPostprocess(annotation: Annotation, options: PostprocessOptions): Annotation {
  return unreviewed({ ...annotation, postprocess: options });
}

export function unreviewed(annotation: Annotation): Annotation {
  return { ...annotation, review: { status: 'unreviewed' } };
}

/** In the order of the list; ids decide where two pages gave the same place. */
export function inOrder(annotations: Iterable<Annotation>): Annotation[] {
  return [...annotations].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
}

/**
 * The annotations whose `order` changes when one of the list goes to `place`: that one alone, unless there is no number
 * left between its new neighbours.
 */
export function reordered(list: readonly Annotation[], id: string, place: number): Annotation[] {
  const moved = list.find((annotation) => annotation.id === id);
  if (moved === undefined || list[place]?.id === id) return [];
  const rest = list.filter((annotation) => annotation.id !== id);
  const at = Math.max(0, Math.min(place, rest.length));
  const before = rest[at - 1]?.order ?? (rest[at]?.order ?? 0) - 2;
  const after = rest[at]?.order ?? before + 2;
  const order = (before + after) / 2;
  if (before < order && order < after) return [{ ...moved, order }];
  return [...rest.slice(0, at), moved, ...rest.slice(at)].map((annotation, i) => ({
    ...annotation,
    order: i + 1,
  }));
}

function hasGeometry({ box, points }: AnnotationPrompt): boolean {
  return box !== null || points.some(({ enabled }) => enabled);
}
