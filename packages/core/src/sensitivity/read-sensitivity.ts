import { boxIou } from '../geometry/box.ts';
import type { BoxChange } from './box-family.ts';
import type { BoxOutcome } from './box-sensitivity.ts';

/**
 * What the numbers come to, for one sentence in any language. `iou` is the smallest IoU with the mask in effect among the
 * outcomes that the finding is about.
 */
export type SensitivityReading =
  /** Nothing was answered. */
  | { readonly finding: 'none' }
  /** Every answer is about the same mask. */
  | { readonly finding: 'stable'; readonly iou: number }
  /** The answer to the box itself is another mask than the one in effect, which was painted or chosen otherwise. */
  | { readonly finding: 'differs-already'; readonly iou: number }
  /** Between one step and the next another mask is answered; the earliest such step. */
  | {
      readonly finding: 'jumps';
      readonly kind: BoxChange;
      readonly change: number;
      readonly iou: number;
    }
  /** The mask follows the size of the box; the area from the smallest to the largest box, as a ratio. */
  | { readonly finding: 'grows-with-box'; readonly areaRatio: number; readonly iou: number }
  | { readonly finding: 'sensitive-to-shift'; readonly axis: 'x' | 'y'; readonly iou: number }
  | { readonly finding: 'sensitive-to-size'; readonly kind: 'grown' | 'shrunk'; readonly iou: number };

/** From this IoU on two masks are about the same. */
export const ABOUT_SAME_IOU = 0.9;
/** A fall of the IoU by this much from one step to the next may be another mask. */
const JUMP_IOU = 0.25;
/** It is one where it is this many times the fall of the boxes' own IoU: a mask that only follows its box does not jump. */
const JUMP_BEYOND_BOX = 2;
/** So much larger must the mask of the largest box be than that of the smallest. */
const GROWS_FROM = 1.2;

/** The first that applies: none, stable, differs-already, jumps, grows-with-box, then shift or size, whichever is worse. */
export function readSensitivity(outcomes: readonly BoxOutcome[]): SensitivityReading {
  if (outcomes.length === 0) return { finding: 'none' };
  const iou = leastIou(outcomes);
  if (iou >= ABOUT_SAME_IOU) return { finding: 'stable', iou };
  const own = outcomes.find(({ kind }) => kind === 'unchanged');
  if (own !== undefined && own.iou < ABOUT_SAME_IOU) return { finding: 'differs-already', iou: own.iou };
  return earliestJump(outcomes) ?? growth(outcomes) ?? worstDirection(outcomes);
}

/**
 * The largest change, as a fraction, up to which every answer is about the mask in effect: all changes that are not larger
 * have an IoU of {@link ABOUT_SAME_IOU} or more. 0 where the smallest change is too much already.
 */
export function steadyChange(outcomes: readonly BoxOutcome[]): number {
  const broken = outcomes.filter(({ iou }) => iou < ABOUT_SAME_IOU).map(({ change }) => Math.abs(change));
  const first = Math.min(...broken);
  return Math.max(0, ...outcomes.map(({ change }) => Math.abs(change)).filter((change) => change < first));
}

function leastIou(outcomes: readonly BoxOutcome[]): number {
  return Math.min(1, ...outcomes.map(({ iou }) => iou));
}

function earliestJump(outcomes: readonly BoxOutcome[]): SensitivityReading | null {
  const jumps = directions(outcomes).flatMap((steps) => {
    const at = steps.findIndex((_, i) => i > 0 && isJump(steps, i));
    return at < 0 ? [] : [steps[at] as BoxOutcome];
  });
  const [first] = jumps.toSorted((a, b) => Math.abs(a.change) - Math.abs(b.change));
  return first === undefined
    ? null
    : { finding: 'jumps', kind: first.kind, change: first.change, iou: first.iou };
}

function isJump(steps: readonly BoxOutcome[], at: number): boolean {
  const [base, before, now] = [steps[0], steps[at - 1], steps[at]] as [BoxOutcome, BoxOutcome, BoxOutcome];
  const fall = before.iou - now.iou;
  const boxFall = boxIou(base.box, before.box) - boxIou(base.box, now.box);
  return fall >= JUMP_IOU && fall >= JUMP_BEYOND_BOX * boxFall;
}

/** The outcomes of each direction from the box itself outwards. */
function directions(outcomes: readonly BoxOutcome[]): BoxOutcome[][] {
  const own = outcomes.filter(({ kind }) => kind === 'unchanged');
  const kinds = ['grown', 'shrunk', 'shifted-x', 'shifted-y'] as const;
  return kinds
    .flatMap((wanted) => [1, -1].map((sign) => outcomes.filter(isIn(wanted, sign))))
    .filter((steps) => steps.length > 0)
    .map((steps) => [...own, ...steps.toSorted((a, b) => Math.abs(a.change) - Math.abs(b.change))]);
}

function isIn(wanted: BoxChange, sign: number): (outcome: BoxOutcome) => boolean {
  return ({ kind, change }) => kind === wanted && Math.sign(change) === sign;
}

/** Never smaller in a larger box, and clearly larger in the end. */
function growth(outcomes: readonly BoxOutcome[]): SensitivityReading | null {
  const sized = outcomes
    .filter(({ kind }) => kind === 'unchanged' || kind === 'grown' || kind === 'shrunk')
    .toSorted((a, b) => a.change - b.change);
  const [smallest, largest] = [sized[0], sized.at(-1)];
  if (smallest === undefined || largest === undefined || smallest.areaPx === 0) return null;
  const rises = sized.every(({ areaPx }, i) => i === 0 || areaPx >= (sized[i - 1] as BoxOutcome).areaPx);
  const areaRatio = largest.areaPx / smallest.areaPx;
  const iou = leastIou(sized);
  if (!rises || areaRatio < GROWS_FROM || iou >= ABOUT_SAME_IOU) return null;
  return { finding: 'grows-with-box', areaRatio, iou };
}

function worstDirection(outcomes: readonly BoxOutcome[]): SensitivityReading {
  const [worst] = outcomes.toSorted((a, b) => a.iou - b.iou) as [BoxOutcome];
  const { kind, iou } = worst;
  if (kind === 'shifted-x' || kind === 'shifted-y') {
    return { finding: 'sensitive-to-shift', axis: kind === 'shifted-x' ? 'x' : 'y', iou };
  }
  return { finding: 'sensitive-to-size', kind: kind === 'grown' ? 'grown' : 'shrunk', iou };
}
