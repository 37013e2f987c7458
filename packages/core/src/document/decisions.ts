import type { Annotation, RejectReason } from './annotation.ts';
import type { AnnotationChange, Entry, StepEntry } from './entry.ts';

/** What a person decided about an annotation, as statistics count it. */
export interface Decision {
  readonly kind: 'accept' | 'reject' | 'reopen' | 'correct' | 'delete' | 'restore';
  readonly annotationId: string;
  /** Of an accepted annotation: the stored mask that was seen. */
  readonly maskId: string | null;
  readonly reason: RejectReason | null;
  readonly note: string;
  readonly at: string;
  readonly author: string;
  readonly entryId: string;
  /** The step was undone, and not done again. */
  readonly takenBack: boolean;
}

/**
 * The decisions in a log, in order.
 *
 * A correction is a change to what the mask follows from, after the annotation was accepted or rejected; and the first
 * painting over a mask that the model gave.
 */
export function decisionsOf(log: readonly Entry[]): Decision[] {
  const takenBack = stepsTakenBack(log);
  const known = new Set<string>();
  return log.flatMap((entry) => decisionsIn(entry, known, takenBack));
}

const none: ReadonlySet<string> = new Set();

/**
 * The decisions in one entry, for who follows a log as it grows.
 *
 * @param known ids of the annotations that were there at some time before; those of the entry are added to it.
 */
export function decisionsIn(
  entry: Entry,
  known: Set<string>,
  takenBack: ReadonlySet<string> = none,
): Decision[] {
  if (entry.kind !== 'step') return [];
  return entry.changes.flatMap((change) => decisionOf(entry, change, known, takenBack.has(entry.id)));
}

function decisionOf(
  entry: StepEntry,
  change: AnnotationChange,
  known: Set<string>,
  takenBack: boolean,
): Decision[] {
  const annotationId = (change.after ?? change.before)?.id ?? '';
  const kind = kindOf(change, known.has(annotationId));
  known.add(annotationId);
  if (kind === null) return [];
  const review = change.after?.review;
  return [
    {
      kind,
      annotationId,
      maskId: kind === 'accept' && review?.status === 'accepted' ? review.maskId : null,
      reason: kind === 'reject' && review?.status === 'rejected' ? review.reason : null,
      note: kind === 'reject' && review?.status === 'rejected' ? review.note : '',
      at: entry.at,
      author: entry.author,
      entryId: entry.id,
      takenBack,
    },
  ];
}

function kindOf({ before, after }: AnnotationChange, wasKnown: boolean): Decision['kind'] | null {
  if (after === null) return 'delete';
  if (before === null) return wasKnown ? 'restore' : null;
  if (!sameReview(before, after) && after.review.status !== 'unreviewed') {
    return after.review.status === 'accepted' ? 'accept' : 'reject';
  }
  const reviewed = before.review.status !== 'unreviewed';
  const painted = after.editedMask !== null && before.editedMask === null && !isEmpty(before);
  if ((reviewed && !sameMask(before, after)) || painted) return 'correct';
  return reviewed && after.review.status === 'unreviewed' ? 'reopen' : null;
}

function sameReview(a: Annotation, b: Annotation): boolean {
  return JSON.stringify(a.review) === JSON.stringify(b.review);
}

/** Whether the mask of both follows from the same. */
function sameMask(a: Annotation, b: Annotation): boolean {
  return JSON.stringify(sourcesOf(a)) === JSON.stringify(sourcesOf(b));
}

function sourcesOf({ prompt, model, choice, postprocess, editedMask }: Annotation): unknown {
  return [prompt, model, choice, postprocess, editedMask];
}

function isEmpty({ prompt }: Annotation): boolean {
  return prompt.box === null && prompt.maskId === null && !prompt.points.some(({ enabled }) => enabled);
}

function stepsTakenBack(log: readonly Entry[]): Set<string> {
  const ids = new Set<string>();
  for (const entry of log) {
    if (entry.kind === 'undo') ids.add(entry.stepId);
    if (entry.kind === 'redo') ids.delete(entry.stepId);
  }
  return ids;
}
