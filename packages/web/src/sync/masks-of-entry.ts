import type { Annotation, Entry } from '@calque/core';

/** Ids of the stored masks that an entry brings into effect: the server must have them before it. */
export function masksOfEntry(entry: Entry): string[] {
  if (entry.kind !== 'step') return [];
  return entry.changes.flatMap(({ after }) => (after === null ? [] : masksOfAnnotation(after)));
}

function masksOfAnnotation({ editedMask, prompt, review }: Annotation): string[] {
  const accepted = review.status === 'accepted' ? review.maskId : null;
  return [editedMask, prompt.maskId, accepted].filter((id) => id !== null);
}
