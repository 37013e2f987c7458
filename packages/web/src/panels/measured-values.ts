import type { WireCandidate, WirePrediction } from '@calque/api';
import type { AnnotationView } from '../editor/editor-state.ts';

/** The model's score as it is shown: within 0 … 1, since it estimates an IoU. Null where no model judged the mask. */
export function shownScore(view: AnnotationView): number | null {
  const candidate = candidateOf(view);
  return candidate === null || view.annotation.editedMask !== null ? null : clamped(candidate.score);
}

export function clamped(score: number): number {
  return Math.min(1, Math.max(0, score));
}

export function candidateOf({ prediction, candidate }: AnnotationView): WireCandidate | null {
  if (prediction === null || candidate === null) return null;
  return prediction.candidates[candidate] ?? null;
}

/** Candidates with their place in the model's order, best first. */
export function rankedCandidates(
  prediction: WirePrediction | null,
): readonly { readonly index: number; readonly candidate: WireCandidate }[] {
  const candidates = prediction?.candidates ?? [];
  return candidates
    .map((candidate, index) => ({ candidate, index }))
    .toSorted((a, b) => b.candidate.score - a.candidate.score);
}

export type Doubt = 'unstable' | 'disagree' | 'ambiguous';

/** Below this the outline depends on the threshold; SAM's own automatic masks are kept from 0.95 on. */
const STABLE_FROM = 0.9;
const DISAGREEMENT_FROM = 0.15;
const RIVAL_SCORE_WITHIN = 0.03;
const RIVAL_AREA_RATIO = 1.5;

/** Why a candidate should not be trusted without a look, or null. */
export function doubtAbout(candidate: WireCandidate, others: readonly WireCandidate[]): Doubt | null {
  if (candidate.stability < STABLE_FROM) return 'unstable';
  if (Math.abs(clamped(candidate.score) - candidate.stability) > DISAGREEMENT_FROM) return 'disagree';
  return others.some((other) => isRival(candidate, other)) ? 'ambiguous' : null;
}

/** Scored about the same and yet of quite another size: the prompt fits both. */
function isRival(candidate: WireCandidate, other: WireCandidate): boolean {
  if (other === candidate || Math.min(other.areaPx, candidate.areaPx) === 0) return false;
  const ratio = Math.max(other.areaPx, candidate.areaPx) / Math.min(other.areaPx, candidate.areaPx);
  return other.score > candidate.score - RIVAL_SCORE_WITHIN && ratio > RIVAL_AREA_RATIO;
}
