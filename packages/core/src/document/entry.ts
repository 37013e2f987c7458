import type { Annotation } from './annotation.ts';

/**
 * One line of an image's log. The log is only ever appended to, undo and redo included, so that it is the history of
 * the work and the document is what it adds up to.
 */
export type Entry = StepEntry | UndoEntry;

interface EntryParts {
  /** Unique; an entry that is sent twice counts once. */
  readonly id: string;
  /** When the person did it: ISO 8601, UTC, their clock. */
  readonly at: string;
  /** Which page did it: several can work on one image. */
  readonly author: string;
  /** Name of the account that did it; the server says it. Absent where people have no accounts. */
  readonly by?: string;
}

/** One gesture, whatever it changed: what a single undo takes back. */
export interface StepEntry extends EntryParts {
  readonly kind: 'step';
  readonly gesture: Gesture;
  readonly changes: readonly AnnotationChange[];
}

/** Takes back, or does again, the step of this id: the newest that is there to be taken back, or to be done again. */
export interface UndoEntry extends EntryParts {
  readonly kind: 'undo' | 'redo';
  readonly stepId: string;
}

/** `before` null: the annotation is new. `after` null: it is deleted. Both have the same id where both are there. */
export interface AnnotationChange {
  readonly before: Annotation | null;
  readonly after: Annotation | null;
}

export const GESTURES = [
  'create',
  'set-box',
  'clear-box',
  'add-point',
  'move-point',
  'remove-point',
  'toggle-point',
  'set-mask-prompt',
  'clear-prompt',
  'choose-candidate',
  'set-postprocess',
  'set-model',
  'paint',
  'erase',
  'discard-edit',
  'rename',
  'set-label',
  'reorder',
  'show',
  'hide',
  'lock',
  'unlock',
  'accept',
  'reject',
  'reopen',
  'delete',
  'restore',
  'import',
] as const;

/** What a person did, in the words of the interface. */
export type Gesture = (typeof GESTURES)[number];

/** An entry with its place in the log of its image, counted from 1. */
export interface NumberedEntry {
  readonly seq: number;
  readonly entry: Entry;
}
