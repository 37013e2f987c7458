import type { ImageDocument } from './image-document.ts';

/** Where the review of an image stands. */
export interface ImageReview {
  readonly state: 'unseen' | 'in-work' | 'accepted' | 'rejected';
  readonly annotationCount: number;
  readonly unreviewedCount: number;
}

/**
 * Unseen: nothing was ever done. Accepted: everything is reviewed and something is accepted. Rejected: everything is
 * rejected. All else is in work, an image whose annotations were all deleted among it.
 */
export function imageReviewOf({ annotations, done, undone }: ImageDocument): ImageReview {
  const counts = { unreviewed: 0, accepted: 0, rejected: 0 };
  for (const { review } of annotations.values()) counts[review.status]++;
  const touched = annotations.size + done.length + undone.length > 0;
  return {
    state: touched ? stateOf(counts) : 'unseen',
    annotationCount: annotations.size,
    unreviewedCount: counts.unreviewed,
  };
}

function stateOf(
  counts: Readonly<Record<'unreviewed' | 'accepted' | 'rejected', number>>,
): ImageReview['state'] {
  if (counts.unreviewed > 0) return 'in-work';
  if (counts.accepted > 0) return 'accepted';
  return counts.rejected > 0 ? 'rejected' : 'in-work';
}
