import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ObjectEvaluation } from '@calque/core';
import {
  calibrationTable,
  type EvaluatedModel,
  evaluationPlots,
  evaluationTable,
  objectsTable,
  tableCsv,
  tableLatex,
  tableMarkdown,
} from '@calque/report';
import { outputFailed } from '../errors.ts';

export interface ModelEvaluation extends EvaluatedModel {
  readonly spent: TimeSpent;
  readonly objects: readonly ObjectEvaluation[];
}

/** What this run computed itself; results of an earlier run do not count. */
export interface TimeSpent {
  readonly images: number;
  readonly decodes: number;
  /** In the runtime itself: running the graphs of encoder and decoder. */
  readonly runtimeMs: number;
  /** From image to image, everything included. */
  readonly wallMs: number;
  /** Null where nothing was computed. */
  readonly runtimeShare: number | null;
}

/** Tables, plots and everything as JSON, each file whole or as it was before. Throws `output-…`. */
export async function writeEvaluation(
  folder: string,
  models: readonly ModelEvaluation[],
  language: 'en' | 'fr',
): Promise<void> {
  const summary = evaluationTable(models, language);
  const calibration = calibrationTable(models, language);
  const files: Readonly<Record<string, string>> = {
    'evaluation.json': `${JSON.stringify({ models }, null, 2)}\n`,
    'summary.csv': tableCsv(summary),
    'summary.md': `${tableMarkdown(summary, language)}\n${tableMarkdown(calibration, language)}`,
    'summary.tex': `${tableLatex(summary, language)}\n${tableLatex(calibration, language)}`,
    'calibration.csv': tableCsv(calibration),
    'objects.csv': tableCsv(objectsTable(models, language)),
    ...Object.fromEntries(
      evaluationPlots(models, language).map(({ name, svg }) => [`${name}.svg`, `${svg}\n`]),
    ),
  };
  for (const [name, text] of Object.entries(files)) await replaceFile(path.join(folder, name), text);
}

async function replaceFile(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.writing`;
  try {
    await writeFile(aside, text);
    await rename(aside, file);
  } catch (error) {
    throw outputFailed(file, error);
  }
}
