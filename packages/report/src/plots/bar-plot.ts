import { type PlotRange, roundRange } from './axis-ticks.ts';
import { emptyNote, type NumberForm, type PlotFrame, type PlotWords, plotFrame } from './plot-frame.ts';
import { type PlotStyle, resolveStyle, seriesColour } from './plot-style.ts';
import { svgNumber } from './svg-parts.ts';

export interface Bar {
  /** Not finite: no bar. */
  readonly value: number;
  /** Ends of the error bar, where it has one. */
  readonly low?: number;
  readonly high?: number;
}

export interface BarSeries {
  readonly name: string;
  /** One a category, in their order. */
  readonly bars: readonly Bar[];
}

export interface BarPlot extends PlotWords {
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** Default: from 0 to what holds all values. */
  readonly yRange?: PlotRange;
  readonly yForm?: NumberForm;
}

/** Bars in groups, one group a category, as an SVG. */
export function barPlotSvg(plot: BarPlot, style: PlotStyle = {}): string {
  const resolved = resolveStyle(style);
  const values = plot.series.flatMap(({ bars }) =>
    bars.flatMap(({ value, low = value, high = value }) => [value, low, high]),
  );
  const frame = plotFrame({
    words: plot,
    style: resolved,
    xRange: [0, Math.max(1, plot.categories.length)],
    yRange: plot.yRange ?? roundRange([0, ...values]),
    ...(plot.yForm === undefined ? {} : { yForm: plot.yForm }),
    categories: plot.categories,
    legend: plot.series.map(({ name }) => name),
    legendMark: 'square',
  });
  const width = 0.8 / Math.max(1, plot.series.length);
  const marks = plot.series.flatMap((series, s) =>
    series.bars.map((bar, c) => {
      const place = { from: c + 0.1 + s * width, to: c + 0.1 + (s + 1) * width };
      return barOf(bar, place, {
        frame,
        fill: seriesColour(resolved.colours, s),
        ink: resolved.colours.text,
      });
    }),
  );
  const nothing = !values.some((value) => Number.isFinite(value));
  return frame.drawn(
    marks.join('') + (nothing ? emptyNote({ words: plot, style: resolved }, frame.area) : ''),
  );
}

interface BarLook {
  readonly frame: PlotFrame;
  readonly fill: string;
  readonly ink: string;
}

function barOf(
  { value, low, high }: Bar,
  { from, to }: { readonly from: number; readonly to: number },
  { frame, fill, ink }: BarLook,
): string {
  if (!Number.isFinite(value)) return '';
  const base = Math.min(Math.max(frame.y(0), frame.area.top), frame.area.bottom);
  const [top, bottom] = [Math.min(frame.y(value), base), Math.max(frame.y(value), base)];
  const left = frame.x(from) + 1;
  const width = Math.max(1, frame.x(to) - frame.x(from) - 2);
  const rect = `<rect x="${svgNumber(left)}" y="${svgNumber(top)}" width="${svgNumber(width)}" height="${svgNumber(bottom - top)}" fill="${fill}"/>`;
  if (low === undefined || high === undefined || !Number.isFinite(low) || !Number.isFinite(high)) return rect;
  const middle = left + width / 2;
  const cap = Math.min(5, width / 3);
  const whisker =
    `M${svgNumber(middle - cap)} ${svgNumber(frame.y(high))}h${svgNumber(2 * cap)}` +
    `M${svgNumber(middle - cap)} ${svgNumber(frame.y(low))}h${svgNumber(2 * cap)}` +
    `M${svgNumber(middle)} ${svgNumber(frame.y(low))}V${svgNumber(frame.y(high))}`;
  return `${rect}<path d="${whisker}" stroke="${ink}" fill="none"/>`;
}
