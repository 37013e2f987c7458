import type { Block } from '../document/report-document.ts';
import { histogramPlotSvg } from '../plots/histogram-plot.ts';
import { type MonitoringSummary, quantile, summarise } from '../study/monitoring-summary.ts';
import {
  type Chapter,
  figureOf,
  missingOf,
  paragraphOf,
  type ReportContext,
  serveCommand,
  tableOf,
} from './report-context.ts';

const PLOT = { width: 460, height: 240 };
const BINS = 20;

/** What a service in production would watch, from what was recorded here. */
export const monitoringChapter: Chapter = (context) => {
  const { text, indexed } = context;
  const summary = summarise(indexed);
  if (summary.answers === 0) {
    return [missingOf(text('monitoring.missing'), text('measures.missing-how'), serveCommand(context))];
  }
  return [
    latencyTable(summary, context),
    figureOf(text('monitoring.scores'), [histogram(summary.scores, 'scores', context)]),
    reviewTable(summary, context),
    ...(summary.boxShares.length === 0
      ? []
      : [figureOf(text('monitoring.boxes'), [histogram(summary.boxShares, 'boxes', context)])]),
    paragraphOf(text('monitoring.oom')),
  ];
};

function latencyTable({ latencies }: MonitoringSummary, { text, formats }: ReportContext): Block {
  return tableOf(
    text('monitoring.latency'),
    [
      [text('monitoring.stage'), 'start'],
      [text('monitoring.answers'), 'end'],
      [text('monitoring.median'), 'end'],
      [text('monitoring.p95'), 'end'],
      [text('monitoring.max'), 'end'],
    ],
    latencies.map(({ stage, count, medianMs, p95Ms, maxMs }) => [
      text(`stage.${stage}`),
      formats.integer(count),
      ...[medianMs, p95Ms, maxMs].map((ms) => formats.fixed(ms, 1)),
    ]),
    text('monitoring.latency-note'),
  );
}

function reviewTable({ review }: MonitoringSummary, { text, formats }: ReportContext): Block {
  const { objects } = review;
  const row = (name: 'accepted' | 'rejected' | 'corrected') => [
    text(`monitoring.${name}`),
    formats.integer(review[name]),
    objects === 0 ? '–' : formats.percent(review[name] / objects),
  ];
  return tableOf(
    text('monitoring.rates'),
    [
      [text('failures.objects'), 'start'],
      [text('count'), 'end'],
      [text('share'), 'end'],
    ],
    [row('accepted'), row('rejected'), row('corrected')],
  );
}

function histogram(
  values: readonly number[],
  of: 'scores' | 'boxes',
  { text, formats, language }: ReportContext,
) {
  const edges = Array.from({ length: BINS + 1 }, (_, i) => i / BINS);
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(value * BINS)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const median = quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
  const xLabel = of === 'scores' ? text('score') : text('share');
  const svg = histogramPlotSvg(
    {
      title: '',
      xLabel,
      yLabel: text('monitoring.answers'),
      edges,
      series: [{ name: xLabel, counts }],
      xForm: of === 'scores' ? 'plain' : 'percent',
    },
    { ...PLOT, locale: language },
  );
  return {
    content: { kind: 'plot', svg, ...PLOT } as const,
    description: text(`monitoring.${of}-description`, {
      count: formats.integer(values.length),
      median: of === 'scores' ? formats.fixed(median, 3) : formats.percent(median),
    }),
    caption: '',
    recordNames: [],
  };
}
