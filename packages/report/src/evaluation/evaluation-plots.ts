import { MAX_CLICKS, type PromptSummary, SIZE_CLASSES, TRUTH_PROMPTS } from '@calque/core';
import { type Bar, barPlotSvg } from '../plots/bar-plot.ts';
import { linePlotSvg } from '../plots/line-plot.ts';
import type { PlotStyle } from '../plots/plot-style.ts';
import { reliabilityPlotSvg } from '../plots/reliability-plot.ts';
import type { EvaluatedModel } from './evaluated-model.ts';
import { EVALUATION_WORDS, type EvaluationWords } from './evaluation-words.ts';

/** A drawing and a name for its file, without extension. */
export interface NamedPlot {
  readonly name: string;
  readonly svg: string;
}

/** What an evaluation shows at a glance; models differ in colour and mark. Error bars are one standard error of the mean. */
export function evaluationPlots(
  models: readonly EvaluatedModel[],
  language: 'en' | 'fr',
  style: PlotStyle = {},
): NamedPlot[] {
  const words = EVALUATION_WORDS[language];
  const look = { locale: language, ...style };
  return [
    { name: 'iou-by-prompt', svg: iouByPrompt(models, words, look) },
    { name: 'iou-by-size', svg: iouBySize(models, words, look) },
    { name: 'iou-by-clicks', svg: iouByClicks(models, words, look) },
    { name: 'reliability', svg: reliability(models, words, look) },
  ];
}

const UNIT = [0, 1] as const;

function iouByPrompt(models: readonly EvaluatedModel[], words: EvaluationWords, style: PlotStyle): string {
  const series = models.map(({ id, summary }) => {
    const all = summary.groups[0];
    return { name: id, bars: TRUTH_PROMPTS.map((kind) => barOf(all?.prompts[kind])) };
  });
  const categories = TRUTH_PROMPTS.map((kind) => words.prompts[kind]);
  return barPlotSvg(
    { ...plotWords(words, words.iouByPrompt), xLabel: words.prompt, yRange: UNIT, categories, series },
    style,
  );
}

function iouBySize(models: readonly EvaluatedModel[], words: EvaluationWords, style: PlotStyle): string {
  const series = models.map(({ id, summary }) => ({
    name: id,
    bars: SIZE_CLASSES.map((size) =>
      barOf(summary.groups.find((group) => group.size === size && group.dataset === null)?.prompts.box),
    ),
  }));
  const categories = SIZE_CLASSES.map((size) => words.sizes[size]);
  return barPlotSvg(
    {
      ...plotWords(words, words.iouBySize(words.prompts.box)),
      xLabel: words.size,
      yRange: UNIT,
      categories,
      series,
    },
    style,
  );
}

function barOf(prompt: PromptSummary | undefined): Bar {
  if (prompt === undefined) return { value: Number.NaN };
  const { meanIou: value, iouError } = prompt;
  return iouError === null
    ? { value }
    : { value, low: value - iouError, high: Math.min(1, value + iouError) };
}

function iouByClicks(models: readonly EvaluatedModel[], words: EvaluationWords, style: PlotStyle): string {
  const series = models.map(({ id, summary }) => ({
    name: id,
    points: clickAxis(summary.iouByClicks).map((y, i) => ({ x: i + 1, y })),
  }));
  const xRange = [0, MAX_CLICKS] as const;
  return linePlotSvg(
    { ...plotWords(words, words.iouByClicks), xLabel: words.clicks, xRange, yRange: UNIT, series },
    style,
  );
}

/** A value for every click that could have been made: after the last that was, nothing changes. */
function clickAxis(ious: readonly number[]): readonly number[] {
  const last = ious.at(-1);
  return last === undefined ? [] : Array.from({ length: MAX_CLICKS }, (_, i) => ious[i] ?? last);
}

function reliability(models: readonly EvaluatedModel[], words: EvaluationWords, style: PlotStyle): string {
  const series = models.map(({ id, summary }) => ({
    name: id,
    bins: summary.calibration.bins.map(({ meanScore, meanIou, ...bin }) => ({
      ...bin,
      meanPredicted: meanScore,
      meanTrue: meanIou,
    })),
  }));
  return reliabilityPlotSvg(
    { ...plotWords(words, words.reliability), xLabel: words.meanScore, series },
    style,
  );
}

function plotWords(words: EvaluationWords, title: string) {
  return { title, yLabel: words.meanIou, emptyText: words.nothing };
}
