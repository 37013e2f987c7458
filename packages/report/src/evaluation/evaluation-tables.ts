import {
  bestOf,
  CLICK_GOALS,
  chosenOf,
  clicksTo,
  type EvaluationGroup,
  type ObjectEvaluation,
  type PromptSummary,
  TRUTH_PROMPTS,
} from '@calque/core';
import type { Table, TableCell, TableColumn } from '../tables/table.ts';
import type { EvaluatedModel } from './evaluated-model.ts';
import { EVALUATION_WORDS, type EvaluationWords } from './evaluation-words.ts';

/** A row for each model and each part of the objects: all, by dataset, by size. */
export function evaluationTable(models: readonly EvaluatedModel[], language: 'en' | 'fr'): Table {
  const words = EVALUATION_WORDS[language];
  const columns: TableColumn[] = [
    { heading: words.model },
    { heading: words.dataset },
    { heading: words.size },
    { heading: words.objects, decimals: 0 },
    ...TRUTH_PROMPTS.flatMap((kind) => promptColumns(words.prompts[kind], words)),
    ...CLICK_GOALS.flatMap((goal) => [
      { heading: words.clicksTo(100 * goal), decimals: 2 },
      { heading: words.failures(100 * goal), decimals: 0 },
    ]),
  ];
  return {
    columns,
    rows: models.flatMap(({ id, summary }) => summary.groups.map((group) => groupRow(id, group, words))),
  };
}

function promptColumns(prompt: string, words: EvaluationWords): TableColumn[] {
  return [
    { heading: `${prompt}: ${words.iou}`, decimals: 3 },
    { heading: `${prompt}: ${words.boundaryIou}`, decimals: 3 },
    { heading: `${prompt}: ${words.bestIou}`, decimals: 3 },
    { heading: `${prompt}: ${words.chosenIsBest}`, decimals: 0 },
  ];
}

function groupRow(id: string, group: EvaluationGroup, words: EvaluationWords): TableCell[] {
  return [
    id,
    group.dataset ?? words.all,
    group.size === null ? words.all : words.sizes[group.size],
    group.objects,
    ...TRUTH_PROMPTS.flatMap((kind) => promptCells(group.prompts[kind])),
    ...CLICK_GOALS.flatMap((goal) => {
      const clicks = group.clicks.find((summary) => summary.goal === goal);
      return [clicks?.meanClicks ?? null, clicks?.failures ?? null];
    }),
  ];
}

function promptCells({ meanIou, meanBoundaryIou, bestMeanIou, chosenIsBest }: PromptSummary): number[] {
  return [meanIou, meanBoundaryIou, bestMeanIou, 100 * chosenIsBest];
}

/** How far the scores of each model can be believed. */
export function calibrationTable(models: readonly EvaluatedModel[], language: 'en' | 'fr'): Table {
  const words = EVALUATION_WORDS[language];
  return {
    columns: [
      { heading: words.model },
      { heading: words.answers, decimals: 0 },
      { heading: words.expectedError, decimals: 3 },
      { heading: words.greatestError, decimals: 3 },
      { heading: words.bias, decimals: 3 },
    ],
    rows: models.map(({ id, summary: { calibration } }) => [
      id,
      calibration.bins.reduce((sum, { count }) => sum + count, 0),
      calibration.expectedError,
      calibration.greatestError,
      calibration.bias,
    ]),
  };
}

export interface EvaluatedObjects {
  readonly id: string;
  readonly objects: readonly ObjectEvaluation[];
}

/** A row for each object and model. */
export function objectsTable(models: readonly EvaluatedObjects[], language: 'en' | 'fr'): Table {
  const words = EVALUATION_WORDS[language];
  const columns: TableColumn[] = [
    { heading: words.model },
    { heading: words.dataset },
    { heading: words.image },
    { heading: words.object, decimals: 0 },
    { heading: words.label },
    { heading: words.areaPx, decimals: 0 },
    ...TRUTH_PROMPTS.flatMap((kind) => [
      { heading: `${words.prompts[kind]}: ${words.score}`, decimals: 3 },
      { heading: `${words.prompts[kind]}: ${words.iou}`, decimals: 3 },
      { heading: `${words.prompts[kind]}: ${words.boundaryIou}`, decimals: 3 },
      { heading: `${words.prompts[kind]}: ${words.bestIou}`, decimals: 3 },
    ]),
    ...CLICK_GOALS.map((goal) => ({ heading: words.clicksTo(100 * goal), decimals: 0 })),
  ];
  return {
    columns,
    rows: models.flatMap(({ id, objects }) => objects.map((object) => objectRow(id, object))),
  };
}

function objectRow(id: string, object: ObjectEvaluation): TableCell[] {
  return [
    id,
    object.dataset,
    object.image,
    object.object,
    object.label,
    object.areaPx,
    ...TRUTH_PROMPTS.flatMap((kind) => {
      const chosen = chosenOf(object.prompts[kind]);
      return [chosen.score, chosen.iou, chosen.boundaryIou, bestOf(object.prompts[kind]).iou];
    }),
    ...CLICK_GOALS.map((goal) => (object.clicks === null ? null : clicksTo(goal, object.clicks).clicks)),
  ];
}
