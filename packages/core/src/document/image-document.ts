import { documentConflict } from '../errors.ts';
import type { Annotation } from './annotation.ts';
import type { AnnotationChange, Entry, StepEntry, UndoEntry } from './entry.ts';
import { inverseChanges } from './repeat-step.ts';

/** The annotations of one image, and what can be undone: the sum of the image's log. Never changed in place. */
export interface ImageDocument {
  readonly annotations: ReadonlyMap<string, Annotation>;
  /** Steps in effect, oldest first; the last one is what undo takes back. */
  readonly done: readonly StepEntry[];
  /** Steps taken back, oldest first; the last one is what redo does again. A new step forgets them. */
  readonly undone: readonly StepEntry[];
}

export const emptyDocument: ImageDocument = { annotations: new Map(), done: [], undone: [] };

/** The document after one more entry. Throws `document-conflict` where the entry was made for another state. */
export function applyEntry(document: ImageDocument, entry: Entry): ImageDocument {
  switch (entry.kind) {
    case 'step':
      return {
        annotations: applyChanges(document, entry, entry.changes),
        done: [...document.done, entry],
        undone: [],
      };
    case 'undo': {
      const step = lastStep(document.done, entry);
      return {
        annotations: applyChanges(document, entry, inverseChanges(step.changes)),
        done: document.done.slice(0, -1),
        undone: [...document.undone, step],
      };
    }
    case 'redo': {
      const step = lastStep(document.undone, entry);
      return {
        annotations: applyChanges(document, entry, step.changes),
        done: [...document.done, step],
        undone: document.undone.slice(0, -1),
      };
    }
  }
}

/** The document that a log adds up to. Throws `document-conflict`. */
export function documentOf(entries: Iterable<Entry>): ImageDocument {
  let document = emptyDocument;
  for (const entry of entries) document = applyEntry(document, entry);
  return document;
}

function lastStep(steps: readonly StepEntry[], entry: UndoEntry): StepEntry {
  const last = steps.at(-1);
  if (last === undefined || last.id !== entry.stepId) throw documentConflict(entry.kind, entry.stepId);
  return last;
}

function applyChanges(
  document: ImageDocument,
  entry: Entry,
  changes: readonly AnnotationChange[],
): Map<string, Annotation> {
  const annotations = new Map(document.annotations);
  for (const { before, after } of changes) {
    const id = (after ?? before)?.id;
    if (id === undefined || (before !== null && after !== null && before.id !== after.id)) {
      throw documentConflict(entry.kind, entry.id);
    }
    if (annotations.get(id)?.revision !== before?.revision) throw documentConflict(entry.kind, id);
    if (after === null) annotations.delete(id);
    else annotations.set(id, after);
  }
  return annotations;
}
