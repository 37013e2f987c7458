import { type PlotRange, roundRange } from './axis-ticks.ts';
import {
  emptyNote,
  marker,
  type NumberForm,
  type PlotFrame,
  type PlotWords,
  plotFrame,
} from './plot-frame.ts';
import { type PlotStyle, resolveStyle, seriesColour } from './plot-style.ts';
import { svgNumber } from './svg-parts.ts';

export interface ScatterSeries {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface ScatterPlot extends PlotWords {
  readonly series: readonly ScatterSeries[];
  readonly xRange?: PlotRange;
  readonly yRange?: PlotRange;
  readonly xForm?: NumberForm;
  readonly yForm?: NumberForm;
  /** Draws y = x, for two measures of one quantity. */
  readonly reference?: 'none' | 'identity';
}

/** Points, as an SVG. What lies outside a range that was given is left out. */
export function scatterPlotSvg(plot: ScatterPlot, style: PlotStyle = {}): string {
  const resolved = resolveStyle(style);
  const points = plot.series.flatMap((series) => series.points);
  const xRange = plot.xRange ?? roundRange(points.map(({ x }) => x));
  const yRange = plot.yRange ?? roundRange(points.map(({ y }) => y));
  const frame = plotFrame({
    words: plot,
    style: resolved,
    xRange,
    yRange,
    ...(plot.xForm === undefined ? {} : { xForm: plot.xForm }),
    ...(plot.yForm === undefined ? {} : { yForm: plot.yForm }),
    legend: plot.series.map(({ name }) => name),
    legendMark: 'line',
  });
  const marks = plot.series.flatMap((series, i) =>
    series.points
      .filter(({ x, y }) => within(x, xRange) && within(y, yRange))
      .map(({ x, y }) => marker(i, { x: frame.x(x), y: frame.y(y) }, seriesColour(resolved.colours, i))),
  );
  const reference =
    plot.reference === 'identity' ? identityLine(frame, { xRange, yRange }, resolved.colours.axis) : '';
  const note = marks.length === 0 ? emptyNote({ words: plot, style: resolved }, frame.area) : '';
  return frame.drawn(`${reference}<g fill-opacity="0.6">${marks.join('')}</g>${note}`);
}

function within(value: number, [low, high]: PlotRange): boolean {
  return value >= low && value <= high;
}

/** The part of y = x that lies within both ranges. */
export function identityLine(
  { x, y }: Pick<PlotFrame, 'x' | 'y'>,
  { xRange, yRange }: { readonly xRange: PlotRange; readonly yRange: PlotRange },
  colour: string,
): string {
  const low = Math.max(xRange[0], yRange[0]);
  const high = Math.min(xRange[1], yRange[1]);
  if (low >= high) return '';
  const at = (value: number) => `${svgNumber(x(value))} ${svgNumber(y(value))}`;
  return `<path d="M${at(low)}L${at(high)}" stroke="${colour}" stroke-dasharray="4 3"/>`;
}
