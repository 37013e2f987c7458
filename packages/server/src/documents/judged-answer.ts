import type { Annotation, AnnotationPrompt, Decision, Entry } from '@calque/core';
import type { JudgedAnswer, Storage, StoredPrediction } from '../storage/storage.ts';

/** An annotation that is decided about was asked for a moment ago, unless the image has seen very many prompts. */
const LOOKED_AT = 300;

/**
 * What the model had answered to the annotation that was accepted or rejected: advice on thresholds rests on it. Null where the
 * prompt was never answered on record.
 */
export async function judgedAnswerOf(
  storage: Pick<Storage, 'latestPredictions'>,
  imageId: string,
  entry: Entry,
  decision: Decision,
): Promise<JudgedAnswer | null> {
  if (decision.kind !== 'accept' && decision.kind !== 'reject') return null;
  const annotation = judgedIn(entry, decision.annotationId);
  if (annotation === null) return null;
  const answer = await answerTo(storage, imageId, annotation);
  const candidate = answer?.candidates[chosenCandidate(answer, annotation.choice)];
  if (candidate === undefined) return null;
  const { score, stability } = candidate;
  return { score, stability, painted: annotation.editedMask !== null };
}

function judgedIn(entry: Entry, annotationId: string): Annotation | null {
  if (entry.kind !== 'step') return null;
  return entry.changes.find(({ after }) => after?.id === annotationId)?.after ?? null;
}

/** The newest answer on record to what an annotation asks; null where there is none. */
export async function answerTo(
  storage: Pick<Storage, 'latestPredictions'>,
  imageId: string,
  { model, prompt }: Annotation,
): Promise<StoredPrediction | null> {
  const asked = promptTextOf(prompt);
  const predictions = await storage.latestPredictions(imageId, LOOKED_AT);
  return (
    predictions.find((found) => found.model.id === model && wirePromptTextOf(found.prompt) === asked) ?? null
  );
}

/** Index of the candidate that becomes the mask. */
export function chosenCandidate(
  { candidates, best }: StoredPrediction,
  choice: Annotation['choice'],
): number {
  return choice === 'best' || choice >= candidates.length ? best : choice;
}

function promptTextOf({ box, points, maskId }: AnnotationPrompt): string {
  return wirePromptTextOf({ box, points: points.filter(({ enabled }) => enabled), maskId });
}

function wirePromptTextOf({ box, points, maskId }: StoredPrediction['prompt']): string {
  return JSON.stringify([
    box === null ? null : [box.x1, box.y1, box.x2, box.y2],
    points.map(({ x, y, label }) => [x, y, label]),
    maskId,
  ]);
}
