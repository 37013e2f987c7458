import { type Annotation, type Decision, type Entry, effortOf, type NumberedEntry } from '@calque/core';
import type { Observer } from '../observability/observer.ts';

export interface AppendedWork {
  readonly added: readonly NumberedEntry[];
  readonly decisions: readonly Decision[];
  /** The whole log of the image, those that were added included. */
  readonly log: () => Promise<readonly NumberedEntry[]>;
}

/** Tells what people have done. What they take back later has been done all the same. */
export async function tellWork(observer: Observer, { added, decisions, log }: AppendedWork): Promise<void> {
  for (const { entry } of added) tellGesture(observer, entry);
  if (decisions.length === 0) return;
  const entries = (await log()).map(({ entry }) => entry);
  for (const decision of decisions) {
    const { clicks } = effortOf(entries, decision.annotationId, decision.entryId);
    observer.decided({ decision, clicks, points: pointsAt(entries, decision) });
  }
}

function tellGesture(observer: Observer, entry: Entry): void {
  if (entry.kind !== 'step') return;
  for (const { before, after } of entry.changes) {
    if (entry.gesture === 'choose-candidate' && after !== null) observer.chose(after.choice);
    if (entry.gesture === 'delete' && before?.review.status === 'unreviewed') observer.abandoned();
  }
}

function pointsAt(entries: readonly Entry[], { entryId, annotationId }: Decision): number {
  const entry = entries.find(({ id }) => id === entryId);
  if (entry?.kind !== 'step') return 0;
  const change = entry.changes.find(({ before, after }) => (after ?? before)?.id === annotationId);
  const annotation: Annotation | null = change?.after ?? change?.before ?? null;
  return annotation?.prompt.points.filter(({ enabled }) => enabled).length ?? 0;
}
