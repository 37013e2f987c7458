import { type Rle, rleArea } from '../mask/rle.ts';
import { rleIou } from '../metrics/overlap.ts';
import type { BoxVariant } from './box-family.ts';
import { coveredPx, differingPx, disagreementOf } from './disagreement.ts';
import { type InstabilityMap, instabilityMap } from './instability-map.ts';
import { readSensitivity, type SensitivityReading, steadyChange } from './read-sensitivity.ts';
import { type Spread, spreadOf } from './spread.ts';

/** What a model answered to one box of the family, measured. */
export interface BoxAnswer {
  readonly variant: BoxVariant;
  /** Index of the candidate that was taken, in the model's order. */
  readonly candidate: number;
  /** As the model gave it, not clamped. */
  readonly score: number;
  readonly areaPx: number;
  readonly perimeterPx: number;
  readonly rle: Rle;
}

/** One box of the family and what came of it: a row of the table, a dot of the plots. */
export interface BoxOutcome extends BoxVariant {
  readonly candidate: number;
  readonly score: number;
  readonly areaPx: number;
  readonly perimeterPx: number;
  /** With the mask in effect. */
  readonly iou: number;
}

/** How much a mask depends on the exact box. */
export interface BoxSensitivity {
  /** Area of the mask in effect, which the answers are compared with. */
  readonly referenceAreaPx: number;
  readonly outcomes: readonly BoxOutcome[];
  /** Over all outcomes, the unchanged box among them. */
  readonly spread: {
    readonly score: Spread;
    readonly areaPx: Spread;
    readonly perimeterPx: Spread;
    /** With the mask in effect: its mean is the agreement. */
    readonly iou: Spread;
  };
  /** Pixels at which at least {@link UNSTABLE_FROM} of the answers differ from the mask in effect. */
  readonly unstablePx: number;
  /** Those among the pixels that the mask in effect or any answer covers, 0 to 1. */
  readonly unstableShare: number;
  /** See {@link steadyChange}. */
  readonly steadyChange: number;
  readonly reading: SensitivityReading;
}

export const UNSTABLE_FROM = 0.1;

/**
 * Compares the answers to a family of boxes with the mask in effect; `map` is null where no pixel differs.
 * Throws `mask-size-mismatch`, `mask-size-invalid` or `rle-malformed`.
 */
export function measureSensitivity(
  reference: Rle,
  answers: readonly BoxAnswer[],
): { readonly sensitivity: BoxSensitivity; readonly map: InstabilityMap | null } {
  const outcomes = answers.map((answer) => outcomeOf(reference, answer));
  const masks = answers.map(({ rle }) => rle);
  const disagreement = disagreementOf(reference, masks);
  const unstablePx = answers.length === 0 ? 0 : differingPx(disagreement, UNSTABLE_FROM);
  const covered = coveredPx([reference, ...masks]);
  const spread = (of: (outcome: BoxOutcome) => number) => spreadOf(outcomes.map(of));
  const sensitivity: BoxSensitivity = {
    referenceAreaPx: rleArea(reference),
    outcomes,
    spread: {
      score: spread(({ score }) => score),
      areaPx: spread(({ areaPx }) => areaPx),
      perimeterPx: spread(({ perimeterPx }) => perimeterPx),
      iou: spread(({ iou }) => iou),
    },
    unstablePx,
    unstableShare: covered === 0 ? 0 : unstablePx / covered,
    steadyChange: steadyChange(outcomes),
    reading: readSensitivity(outcomes),
  };
  return { sensitivity, map: instabilityMap(disagreement) };
}

function outcomeOf(
  reference: Rle,
  { variant, candidate, score, areaPx, perimeterPx, rle }: BoxAnswer,
): BoxOutcome {
  return { ...variant, candidate, score, areaPx, perimeterPx, iou: rleIou(reference, rle) };
}
