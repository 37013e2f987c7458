import { emptyNote, marker, type PlotFrame, type PlotWords, plotFrame } from './plot-frame.ts';
import {
  dashAttribute,
  type PlotStyle,
  type ResolvedStyle,
  resolveStyle,
  seriesColour,
} from './plot-style.ts';
import { identityLine } from './scatter-plot.ts';
import { svgNumber } from './svg-parts.ts';

/** What was predicted and what came true for the answers of one bin; the means mean nothing where `count` is 0. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly meanPredicted: number;
  readonly meanTrue: number;
}

export interface ReliabilitySeries {
  readonly name: string;
  readonly bins: readonly ReliabilityBin[];
}

export interface ReliabilityPlot extends PlotWords {
  readonly series: readonly ReliabilitySeries[];
}

const STRIP_HEIGHT = 56;
const UNIT_RANGE = [0, 1] as const;

/**
 * A reliability diagram as an SVG: true against predicted, bin by bin, over the line of perfect calibration; below, the share of
 * the answers in each bin.
 */
export function reliabilityPlotSvg(plot: ReliabilityPlot, style: PlotStyle = {}): string {
  const resolved = resolveStyle({ width: 480, height: 520, ...style });
  const frame = plotFrame({
    words: plot,
    style: resolved,
    xRange: UNIT_RANGE,
    yRange: UNIT_RANGE,
    legend: plot.series.map(({ name }) => name),
    legendMark: 'line',
    stripHeight: STRIP_HEIGHT,
  });
  const reference = identityLine(frame, { xRange: UNIT_RANGE, yRange: UNIT_RANGE }, resolved.colours.axis);
  const lines = plot.series.map((series, i) =>
    curveOf(series, frame, { index: i, colour: seriesColour(resolved.colours, i) }),
  );
  const nothing = !plot.series.some(({ bins }) => bins.some(({ count }) => count > 0));
  return frame.drawn(
    reference +
      lines.join('') +
      stripOf(plot.series, frame, resolved) +
      (nothing ? emptyNote({ words: plot, style: resolved }, frame.area) : ''),
  );
}

interface CurveLook {
  readonly index: number;
  readonly colour: string;
}

function curveOf({ bins }: ReliabilitySeries, { x, y }: PlotFrame, { index, colour }: CurveLook): string {
  const places = bins
    .filter(({ count }) => count > 0)
    .map(({ meanPredicted, meanTrue }) => ({ x: x(clamped(meanPredicted)), y: y(clamped(meanTrue)) }));
  if (places.length === 0) return '';
  const path = places.map((place) => `${svgNumber(place.x)} ${svgNumber(place.y)}`).join('L');
  return (
    `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"${dashAttribute(index)}/>` +
    places.map((place) => marker(index, place, colour)).join('')
  );
}

/** Scores may leave 0 to 1; the diagram does not. */
function clamped(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** Bars in the room below the x axis, side by side where there are several series. */
function stripOf(
  series: readonly ReliabilitySeries[],
  { x, area }: PlotFrame,
  { colours }: ResolvedStyle,
): string {
  const most = Math.max(...series.flatMap((one) => one.bins.map(({ count }) => count / totalOf(one))), 0);
  const bars = series.flatMap((one, s) =>
    one.bins.map(({ low, high, count }) => {
      const width = (x(high) - x(low) - 2) / series.length;
      const height = most === 0 ? 0 : ((count / totalOf(one)) * (STRIP_HEIGHT - 10)) / most;
      if (height === 0) return '';
      return `<rect x="${svgNumber(x(low) + 1 + s * width)}" y="${svgNumber(area.bottom + STRIP_HEIGHT - height)}" width="${svgNumber(width)}" height="${svgNumber(height)}" fill="${seriesColour(colours, s)}"/>`;
    }),
  );
  const base = `<path d="M${svgNumber(area.left)} ${svgNumber(area.bottom + STRIP_HEIGHT)}H${svgNumber(area.right)}" stroke="${colours.axis}"/>`;
  return bars.join('') + base;
}

function totalOf({ bins }: ReliabilitySeries): number {
  return Math.max(
    1,
    bins.reduce((sum, { count }) => sum + count, 0),
  );
}
