import { type PlotRange, roundRange } from './axis-ticks.ts';
import {
  emptyNote,
  marker,
  type NumberForm,
  type PlotFrame,
  type PlotWords,
  plotFrame,
} from './plot-frame.ts';
import { dashAttribute, type PlotStyle, resolveStyle, seriesColour } from './plot-style.ts';
import { svgNumber } from './svg-parts.ts';

export interface LinePoint {
  readonly x: number;
  /** Not finite: the line is broken here. */
  readonly y: number;
  /** Ends of the error band, where it has one. */
  readonly low?: number;
  readonly high?: number;
}

export interface LineSeries {
  readonly name: string;
  /** In the order of x. */
  readonly points: readonly LinePoint[];
}

export interface LinePlot extends PlotWords {
  readonly series: readonly LineSeries[];
  /** Default: what holds all values, ended at round numbers. */
  readonly xRange?: PlotRange;
  readonly yRange?: PlotRange;
  readonly xForm?: NumberForm;
  readonly yForm?: NumberForm;
  /** `points` marks every value, `none` leaves long series as lines. Default `points`. */
  readonly markers?: 'points' | 'none';
}

/** Lines with error bands, as an SVG. */
export function linePlotSvg(plot: LinePlot, style: PlotStyle = {}): string {
  const resolved = resolveStyle(style);
  const points = plot.series.flatMap((series) => series.points);
  const frame = plotFrame({
    words: plot,
    style: resolved,
    xRange: plot.xRange ?? roundRange(points.map(({ x }) => x)),
    yRange: plot.yRange ?? roundRange(points.flatMap(({ y, low = y, high = y }) => [y, low, high])),
    ...(plot.xForm === undefined ? {} : { xForm: plot.xForm }),
    ...(plot.yForm === undefined ? {} : { yForm: plot.yForm }),
    legend: plot.series.map(({ name }) => name),
    legendMark: 'line',
  });
  const colour = (index: number) => seriesColour(resolved.colours, index);
  const bands = plot.series.map((series, i) => bandOf(series, frame, colour(i)));
  const lines = plot.series.map((series, i) => lineOf(series, frame, { index: i, colour: colour(i) }));
  const marks =
    plot.markers === 'none' ? [] : plot.series.map((series, i) => marksOf(series, frame, i, colour(i)));
  const nothing = !points.some(isDrawn);
  return frame.drawn(
    [...bands, ...lines, ...marks].join('') +
      (nothing ? emptyNote({ words: plot, style: resolved }, frame.area) : ''),
  );
}

function isDrawn({ x, y }: LinePoint): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}

/** Runs of neighbours that can be drawn. */
function runsOf(points: readonly LinePoint[], fits: (point: LinePoint) => boolean): LinePoint[][] {
  const runs: LinePoint[][] = [[]];
  for (const point of points) {
    if (fits(point)) (runs.at(-1) as LinePoint[]).push(point);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function bandOf({ points }: LineSeries, { x, y }: PlotFrame, colour: string): string {
  const banded = (point: LinePoint) =>
    isDrawn(point) && Number.isFinite(point.low ?? Number.NaN) && Number.isFinite(point.high ?? Number.NaN);
  const place = (at: number, value: number) => `${svgNumber(x(at))} ${svgNumber(y(value))}`;
  return runsOf(points, banded)
    .filter((run) => run.length > 1)
    .map((run) => {
      const above = run.map((point) => place(point.x, point.high as number));
      const below = run.toReversed().map((point) => place(point.x, point.low as number));
      return `<path d="M${[...above, ...below].join('L')}Z" fill="${colour}" fill-opacity="0.16"/>`;
    })
    .join('');
}

interface LineLook {
  readonly index: number;
  readonly colour: string;
}

function lineOf({ points }: LineSeries, { x, y }: PlotFrame, { index, colour }: LineLook): string {
  return runsOf(points, isDrawn)
    .map((run) => {
      const path = run.map((point) => `${svgNumber(x(point.x))} ${svgNumber(y(point.y))}`).join('L');
      return `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"${dashAttribute(index)}/>`;
    })
    .join('');
}

function marksOf({ points }: LineSeries, { x, y }: PlotFrame, index: number, colour: string): string {
  return points
    .filter(isDrawn)
    .map((point) => marker(index, { x: x(point.x), y: y(point.y) }, colour))
    .join('');
}
