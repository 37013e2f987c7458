import { countsFromString, type Effort, type RecordedRle, type Rle, rleOverlap } from '@calque/core';
import type { AnnotationLook } from '../editor/editor.ts';

/** Numbers of one of the two states. */
export interface Side {
  /** As the model gave it; null where no model judged the mask. */
  readonly score: number | null;
  readonly areaPx: number;
  readonly perimeterPx: number;
  readonly effort: Effort;
}

/** What became of the mask from one state to the other. */
export interface Comparison {
  readonly before: Side;
  readonly after: Side;
  readonly iou: number;
  readonly dice: number;
  readonly gainedPx: number;
  readonly lostPx: number;
  readonly keptPx: number;
}

export interface ComparedState {
  /** Null: the state gives no mask. */
  readonly look: AnnotationLook | null;
  readonly effort: Effort;
}

/** Two states without a mask, or with an empty one, are equal: IoU and Dice 1. */
export function comparisonOf(before: ComparedState, after: ComparedState): Comparison {
  const [a, b] = [sideOf(before), sideOf(after)];
  const { intersectionPx: keptPx, unionPx } = overlapOf(before.look, after.look);
  return {
    before: a,
    after: b,
    iou: unionPx === 0 ? 1 : keptPx / unionPx,
    dice: unionPx === 0 ? 1 : (2 * keptPx) / (a.areaPx + b.areaPx),
    gainedPx: b.areaPx - keptPx,
    lostPx: a.areaPx - keptPx,
    keptPx,
  };
}

function sideOf({ look, effort }: ComparedState): Side {
  const score = look === null ? null : scoreOf(look);
  const { areaPx = 0, perimeterPx = 0 } = look?.mask.measures ?? {};
  return { score, areaPx, perimeterPx, effort };
}

function scoreOf({ prediction, candidate }: AnnotationLook): number | null {
  return candidate === null ? null : (prediction?.candidates[candidate]?.score ?? null);
}

function overlapOf(a: AnnotationLook | null, b: AnnotationLook | null) {
  if (a !== null && b !== null) return rleOverlap(runsOf(a.mask.rle), runsOf(b.mask.rle));
  return { intersectionPx: 0, unionPx: (a ?? b)?.mask.measures.areaPx ?? 0 };
}

function runsOf({ size: [height, width], counts }: RecordedRle): Rle {
  return countsFromString(counts, { width, height });
}
