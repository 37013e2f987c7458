import { roundRange } from './axis-ticks.ts';
import { emptyNote, type NumberForm, type PlotFrame, type PlotWords, plotFrame } from './plot-frame.ts';
import { dashAttribute, type PlotStyle, resolveStyle, seriesColour } from './plot-style.ts';
import { svgNumber } from './svg-parts.ts';

export interface HistogramSeries {
  readonly name: string;
  /** One count a bin. */
  readonly counts: readonly number[];
}

export interface HistogramPlot extends PlotWords {
  /** Ends of the bins, ascending: one more than there are bins. */
  readonly edges: readonly number[];
  readonly series: readonly HistogramSeries[];
  readonly xForm?: NumberForm;
}

/** A distribution, as an SVG: filled bins; with several series an outline each, since fills would hide one another. */
export function histogramPlotSvg(plot: HistogramPlot, style: PlotStyle = {}): string {
  const resolved = resolveStyle(style);
  const counts = plot.series.flatMap((series) => series.counts);
  const frame = plotFrame({
    words: plot,
    style: resolved,
    xRange: [plot.edges[0] ?? 0, plot.edges.at(-1) ?? 1],
    yRange: roundRange([0, ...counts]),
    ...(plot.xForm === undefined ? {} : { xForm: plot.xForm }),
    legend: plot.series.map(({ name }) => name),
    legendMark: 'line',
  });
  const single = plot.series.length === 1;
  const marks = plot.series.map((series, i) => {
    const colour = seriesColour(resolved.colours, i);
    return single
      ? binsOf(series, plot.edges, frame, colour)
      : outlineOf(series, plot.edges, frame, { index: i, colour });
  });
  const nothing = !counts.some((count) => count > 0);
  return frame.drawn(
    marks.join('') + (nothing ? emptyNote({ words: plot, style: resolved }, frame.area) : ''),
  );
}

function binsOf(
  { counts }: HistogramSeries,
  edges: readonly number[],
  { x, y, area }: PlotFrame,
  colour: string,
): string {
  return counts
    .map((count, i) => {
      const left = x(edges[i] ?? Number.NaN);
      const width = x(edges[i + 1] ?? Number.NaN) - left;
      if (!(count > 0) || !Number.isFinite(width)) return '';
      return `<rect x="${svgNumber(left + 0.5)}" y="${svgNumber(y(count))}" width="${svgNumber(Math.max(0.5, width - 1))}" height="${svgNumber(area.bottom - y(count))}" fill="${colour}"/>`;
    })
    .join('');
}

interface OutlineLook {
  readonly index: number;
  readonly colour: string;
}

function outlineOf(
  { counts }: HistogramSeries,
  edges: readonly number[],
  { x, y, area }: PlotFrame,
  { index, colour }: OutlineLook,
): string {
  if (counts.length === 0 || edges.length !== counts.length + 1) return '';
  const steps = counts.map((count, i) => `V${svgNumber(y(count))}H${svgNumber(x(edges[i + 1] as number))}`);
  const start = `M${svgNumber(x(edges[0] as number))} ${svgNumber(area.bottom)}`;
  return `<path d="${start}${steps.join('')}V${svgNumber(area.bottom)}" fill="none" stroke="${colour}" stroke-width="2"${dashAttribute(index)}/>`;
}
