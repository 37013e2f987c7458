import { type Annotation, decodeRle, encodeRle, postprocess, type Rle } from '@calque/core';
import { answerTo, chosenCandidate } from '../documents/judged-answer.ts';
import { toRle } from '../predictions/wire-rle.ts';
import type { Storage, StoredPrediction } from '../storage/storage.ts';

export interface AnnotationMask {
  readonly mask: Rle;
  /** Null where a person painted or imported the mask, or nothing is on record. */
  readonly answer: StoredPrediction | null;
  /** Index into the answer's candidates. */
  readonly candidate: number;
  /** Painted over, imported, or put there by a decision on something that is no answer. */
  readonly isEdited: boolean;
}

type MaskStorage = Pick<Storage, 'latestPredictions' | 'mask'>;

/**
 * The mask of an annotation as people see it: the one that was accepted, or what follows from prompt, choice, painting and
 * post-processing. Null where no answer to the prompt is on record.
 */
export async function maskOfAnnotation(
  storage: MaskStorage,
  imageId: string,
  annotation: Annotation,
): Promise<AnnotationMask | null> {
  const answer = await answerTo(storage, imageId, annotation);
  const candidate = answer === null ? 0 : chosenCandidate(answer, annotation.choice);
  const isEdited = annotation.editedMask !== null;
  const mask =
    (await acceptedMask(storage, annotation)) ?? (await currentMask(storage, annotation, answer, candidate));
  return mask === null ? null : { mask, answer, candidate, isEdited };
}

async function acceptedMask(storage: MaskStorage, { review }: Annotation): Promise<Rle | null> {
  const stored = review.status === 'accepted' ? await storage.mask(review.maskId) : null;
  return stored === null ? null : toRle(stored);
}

async function currentMask(
  storage: MaskStorage,
  { editedMask, postprocess: steps }: Annotation,
  answer: StoredPrediction | null,
  candidate: number,
): Promise<Rle | null> {
  const given = editedMask === null ? answer?.candidates[candidate]?.rle : await storage.mask(editedMask);
  if (given === undefined || given === null) return null;
  const rle = toRle(given);
  return Object.values(steps).some((value) => value > 0)
    ? encodeRle(postprocess(decodeRle(rle), steps))
    : rle;
}
