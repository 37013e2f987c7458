import type { Annotation } from './annotation.ts';
import type { AnnotationChange, Entry, Gesture, StepEntry } from './entry.ts';

/** An annotation as one entry of the log left it. */
export interface AnnotationState {
  readonly annotation: Annotation;
  readonly gesture: Gesture;
  /** When the state came about first: ISO 8601, UTC. */
  readonly at: string;
  readonly author: string;
  readonly entryId: string;
}

/**
 * Every distinct state that an annotation has had, oldest first; a revision that undo and redo brought back is listed
 * once, where it came about.
 */
export function statesOf(log: Iterable<Entry>, annotationId: string): AnnotationState[] {
  const states = new Map<string, AnnotationState>();
  for (const entry of log) {
    const annotation = entry.kind === 'step' ? changeOf(entry, annotationId)?.after : null;
    if (entry.kind !== 'step' || annotation == null || states.has(annotation.revision)) continue;
    const { gesture, at, author, id } = entry;
    states.set(annotation.revision, { annotation, gesture, at, author, entryId: id });
  }
  return [...states.values()];
}

/** The last state of an annotation, also of one that was deleted; null where the log does not know it. */
export function lastStateOf(log: readonly Entry[], annotationId: string): Annotation | null {
  const steps = stepsById(log);
  for (let i = log.length - 1; i >= 0; i--) {
    const entry = log[i] as Entry;
    const step = entry.kind === 'step' ? entry : steps.get(entry.stepId);
    const change = step === undefined ? undefined : changeOf(step, annotationId);
    if (change === undefined) continue;
    const [from, to] = entry.kind === 'undo' ? [change.after, change.before] : [change.before, change.after];
    return to ?? from;
  }
  return null;
}

/** What a step did to an annotation, if anything. */
export function changeOf(step: StepEntry, annotationId: string): AnnotationChange | undefined {
  return step.changes.find(({ before, after }) => (after ?? before)?.id === annotationId);
}

export function stepsById(log: Iterable<Entry>): ReadonlyMap<string, StepEntry> {
  const steps = new Map<string, StepEntry>();
  for (const entry of log) if (entry.kind === 'step') steps.set(entry.id, entry);
  return steps;
}
