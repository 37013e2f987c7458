import type { Annotation, AnnotationPrompt } from './annotation.ts';
import type { AnnotationChange } from './entry.ts';
import type { ImageDocument } from './image-document.ts';

/**
 * The changes that do to the document of now what `changes` did to another one: what a change left alone stays as it is
 * now, what it set is set again. An annotation that is gone comes back; one that is to be deleted and is gone is left out.
 * `newRevision` is called once for each annotation that remains.
 */
export function repeatedChanges(
  document: ImageDocument,
  changes: readonly AnnotationChange[],
  newRevision: () => string,
): AnnotationChange[] {
  return changes.flatMap(({ before, after }): AnnotationChange[] => {
    const now = document.annotations.get((after ?? before)?.id ?? '') ?? null;
    if (after === null) return now === null ? [] : [{ before: now, after: null }];
    const merged = now === null ? after : mergedWith(now, before, after);
    return [{ before: now, after: { ...merged, revision: newRevision() } }];
  });
}

/** What takes changes back. */
export function inverseChanges(changes: readonly AnnotationChange[]): AnnotationChange[] {
  return changes.map(({ before, after }) => ({ before: after, after: before }));
}

function mergedWith(now: Annotation, before: Annotation | null, after: Annotation): Annotation {
  if (before === null) return after;
  return {
    ...now,
    ...changedParts(before, after),
    prompt: mergedPrompt(now.prompt, before.prompt, after.prompt),
  };
}

/** Points are told apart by their ids, so that two people can add points to one annotation. */
function mergedPrompt(
  now: AnnotationPrompt,
  before: AnnotationPrompt,
  after: AnnotationPrompt,
): AnnotationPrompt {
  const wanted = new Map(after.points.map((point) => [point.id, point]));
  const former = new Map(before.points.map((point) => [point.id, point]));
  const kept = now.points.flatMap((point) => {
    const old = former.get(point.id);
    const next = wanted.get(point.id);
    if (old === undefined) return [next ?? point];
    return next === undefined ? [] : [{ ...point, ...changedParts(old, next) }];
  });
  const present = new Set(now.points.map(({ id }) => id));
  const added = after.points.filter(({ id }) => !former.has(id) && !present.has(id));
  return { ...now, ...changedParts(before, after), points: [...kept, ...added] };
}

/** The properties of `after` that `before` does not have alike. */
function changedParts<T extends object>(before: T, after: T): Partial<T> {
  const parts: Partial<T> = {};
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) parts[key] = after[key];
  }
  return parts;
}
