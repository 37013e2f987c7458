import { type Annotation, emptyPrompt } from '../document/annotation.ts';
import type { AnnotationChange, Gesture, StepEntry, UndoEntry } from '../document/entry.ts';

/** An annotation with nothing in it but what is given. */
export function annotationOf(id: string, revision: string, parts: Partial<Annotation> = {}): Annotation {
  return {
    id,
    revision,
    name: id,
    labelId: null,
    color: 0,
    order: 1,
    visible: true,
    locked: false,
    prompt: emptyPrompt,
    model: 'tiny',
    choice: 'best',
    postprocess: {},
    editedMask: null,
    review: { status: 'unreviewed' },
    ...parts,
  };
}

export interface EntryTimes {
  /** Seconds after nine o'clock. */
  readonly s?: number;
  readonly author?: string;
}

export function stepOf(
  id: string,
  gesture: Gesture,
  changes: readonly AnnotationChange[],
  { s = 0, author = 'ann' }: EntryTimes = {},
): StepEntry {
  return { kind: 'step', id, at: timeOf(s), author, gesture, changes };
}

export function turnOf(
  kind: 'undo' | 'redo',
  stepId: string,
  { s = 0, author = 'ann' }: EntryTimes = {},
): UndoEntry {
  return { kind, id: `${kind}-${stepId}-${s}`, at: timeOf(s), author, stepId };
}

function timeOf(s: number): string {
  return new Date(Date.UTC(2026, 10, 24, 9) + s * 1000).toISOString();
}
