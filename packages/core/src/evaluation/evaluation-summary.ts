import {
  type CandidateOutcome,
  CLICK_GOALS,
  clicksTo,
  type ObjectEvaluation,
  type PromptOutcome,
} from './object-evaluation.ts';
import { calibrateScores, meanOf, type ScoreCalibration } from './score-calibration.ts';
import { SIZE_CLASSES, type SizeClass, sizeClassOf } from './size-class.ts';
import { TRUTH_PROMPTS, type TruthPrompt } from './truth-prompts.ts';

/** What a model did, over all objects and over parts of them. */
export interface EvaluationSummary {
  /** All objects first, then each dataset, each size, each size of each dataset; parts without objects are left out. */
  readonly groups: readonly EvaluationGroup[];
  /** Of the chosen candidates, all three prompts together. */
  readonly calibration: ScoreCalibration;
  /** Mean IoU after the first click, the second, …; objects that needed no more keep theirs. Empty where none were counted. */
  readonly iouByClicks: readonly number[];
}

export interface EvaluationGroup {
  /** Null: all of them. */
  readonly dataset: string | null;
  readonly size: SizeClass | null;
  readonly objects: number;
  readonly prompts: Readonly<Record<TruthPrompt, PromptSummary>>;
  /** One a goal; empty where clicks were not counted. */
  readonly clicks: readonly ClickSummary[];
}

/** Means over the objects of a group. */
export interface PromptSummary {
  readonly meanIou: number;
  readonly meanBoundaryIou: number;
  /** Had the best candidate been chosen each time. */
  readonly bestMeanIou: number;
  readonly bestMeanBoundaryIou: number;
  /** Share of the objects whose chosen candidate is the best one. */
  readonly chosenIsBest: number;
  /** Standard error of {@link meanIou}; null for a single object. */
  readonly iouError: number | null;
}

export interface ClickSummary {
  readonly goal: number;
  /** Failures count as the most clicks that are made. */
  readonly meanClicks: number;
  readonly failures: number;
}

export function summariseEvaluation(objects: readonly ObjectEvaluation[]): EvaluationSummary {
  const datasets = [...new Set(objects.map(({ dataset }) => dataset))].sort();
  const parts: Pick<EvaluationGroup, 'dataset' | 'size'>[] = [
    { dataset: null, size: null },
    ...(datasets.length > 1 ? datasets.map((dataset) => ({ dataset, size: null })) : []),
    ...SIZE_CLASSES.map((size) => ({ dataset: null, size })),
    ...(datasets.length > 1
      ? datasets.flatMap((dataset) => SIZE_CLASSES.map((size) => ({ dataset, size })))
      : []),
  ];
  const groups = parts.flatMap((part) => {
    const members = objects.filter((object) => belongsTo(object, part));
    return members.length === 0 ? [] : [{ ...part, ...summariseGroup(members) }];
  });
  return { groups, calibration: calibrateScores(chosenAnswers(objects)), iouByClicks: iouByClicks(objects) };
}

function iouByClicks(objects: readonly ObjectEvaluation[]): number[] {
  const runs = objects.flatMap(({ clicks }) => (clicks === null ? [] : [clicks.ious]));
  const longest = runs.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from(
    { length: longest },
    (_, i) => meanOf(runs.map((ious) => ious[Math.min(i, ious.length - 1)] ?? 0)) ?? 0,
  );
}

function belongsTo(
  { dataset, areaPx }: ObjectEvaluation,
  part: Pick<EvaluationGroup, 'dataset' | 'size'>,
): boolean {
  if (part.dataset !== null && part.dataset !== dataset) return false;
  return part.size === null || part.size === sizeClassOf(areaPx);
}

function chosenAnswers(objects: readonly ObjectEvaluation[]): CandidateOutcome[] {
  return objects.flatMap(({ prompts }) => TRUTH_PROMPTS.map((kind) => chosenOf(prompts[kind])));
}

function summariseGroup(
  objects: readonly ObjectEvaluation[],
): Pick<EvaluationGroup, 'objects' | 'prompts' | 'clicks'> {
  const of = (kind: TruthPrompt) => summarisePrompt(objects.map(({ prompts }) => prompts[kind]));
  return {
    objects: objects.length,
    prompts: { box: of('box'), click: of('click'), 'box-click': of('box-click') },
    clicks: CLICK_GOALS.flatMap((goal) => summariseClicks(goal, objects)),
  };
}

function summarisePrompt(outcomes: readonly PromptOutcome[]): PromptSummary {
  const ious = outcomes.map((outcome) => chosenOf(outcome).iou);
  const mean = (part: (outcome: PromptOutcome) => number) => meanOf(outcomes.map(part)) ?? 0;
  return {
    meanIou: mean((outcome) => chosenOf(outcome).iou),
    meanBoundaryIou: mean((outcome) => chosenOf(outcome).boundaryIou),
    bestMeanIou: mean((outcome) => bestOf(outcome).iou),
    bestMeanBoundaryIou: mean((outcome) => bestOf(outcome).boundaryIou),
    chosenIsBest: mean((outcome) => (chosenOf(outcome).iou === bestOf(outcome).iou ? 1 : 0)),
    iouError: standardError(ious),
  };
}

function summariseClicks(goal: number, objects: readonly ObjectEvaluation[]): ClickSummary[] {
  const needed = objects.flatMap(({ clicks }) => (clicks === null ? [] : [clicksTo(goal, clicks)]));
  const meanClicks = meanOf(needed.map(({ clicks }) => clicks));
  if (meanClicks === null) return [];
  return [{ goal, meanClicks, failures: needed.filter(({ reached }) => !reached).length }];
}

export function chosenOf({ candidates, chosen }: PromptOutcome): CandidateOutcome {
  return candidates[chosen] as CandidateOutcome;
}

export function bestOf({ candidates, best }: PromptOutcome): CandidateOutcome {
  return candidates[best] as CandidateOutcome;
}

function standardError(values: readonly number[]): number | null {
  const mean = meanOf(values);
  if (mean === null || values.length < 2) return null;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}
