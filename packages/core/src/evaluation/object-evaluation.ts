import type { TruthPrompt } from './truth-prompts.ts';

/** What came out for one object, one model: everything that tables and plots are made of. */
export interface ObjectEvaluation {
  readonly dataset: string;
  /** As the manifest names it. */
  readonly image: string;
  /** Number of the object in its image. */
  readonly object: number;
  /** Name of what the object is, where the truth has one. */
  readonly label: string | null;
  /** Of the true mask. */
  readonly areaPx: number;
  readonly prompts: Readonly<Record<TruthPrompt, PromptOutcome>>;
  /** Null where clicks were not counted. */
  readonly clicks: ClickRun | null;
}

export interface PromptOutcome {
  /** Index of the candidate with the highest score. */
  readonly chosen: number;
  /** Index of the candidate with the highest IoU: the best that a person could have chosen. */
  readonly best: number;
  readonly candidates: readonly CandidateOutcome[];
}

export interface CandidateOutcome {
  readonly score: number;
  readonly stability: number;
  readonly iou: number;
  readonly boundaryIou: number;
}

/** Clicks placed one by one until the IoU was high enough or there were too many. */
export interface ClickRun {
  /** IoU of the chosen candidate after each click. */
  readonly ious: readonly number[];
}

/** IoU at which clicks stop being counted, lower one first. */
export const CLICK_GOALS = [0.85, 0.9] as const;

/** What a run that never reaches the goal counts as. */
export const MAX_CLICKS = 20;

export interface ClicksNeeded {
  readonly clicks: number;
  readonly reached: boolean;
}

/** Number of clicks after which the IoU was at the goal for the first time; {@link MAX_CLICKS} where it never was. */
export function clicksTo(goal: number, { ious }: ClickRun): ClicksNeeded {
  const index = ious.slice(0, MAX_CLICKS).findIndex((iou) => iou >= goal);
  return index === -1 ? { clicks: MAX_CLICKS, reached: false } : { clicks: index + 1, reached: true };
}
