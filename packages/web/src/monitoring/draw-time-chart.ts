import type uPlot from 'uplot';
import type { Formats } from '../i18n/formats.ts';
import { plotLook } from '../pictures/plot-look.ts';
import type { ChartData, ChartUnit } from './minute-charts.ts';
import { unitText } from './unit-text.ts';

/** Dashes tell lines apart where colours do not. CSS custom properties; lengths in CSS pixels. */
export const LINE_STYLES: readonly { readonly color: string; readonly dash: number[] }[] = [
  { color: '--accent', dash: [] },
  { color: '--warn', dash: [7, 3] },
  { color: '--good', dash: [2, 3] },
  { color: '--bad', dash: [9, 3, 2, 3] },
];

export interface DrawnChart {
  update(data: ChartData): void;
  resize(width: number): void;
  end(): void;
}

export interface TimeChartOptions {
  readonly unit: ChartUnit;
  readonly lineCount: number;
  readonly size: { readonly width: number; readonly height: number };
  readonly format: Formats;
}

/** Draws lines over time. Colours and font are those of the element's styles. Rejects where the library cannot be loaded. */
export async function drawTimeChart(
  frame: HTMLElement,
  data: ChartData,
  options: TimeChartOptions,
): Promise<DrawnChart> {
  // The library asks for a number format while it loads, and fails where the browser's language has no valid tag.
  const { default: Plot } = await import('uplot');
  const plot = new Plot(
    { ...chartOptions(frame, options), ...options.size },
    data as uPlot.AlignedData,
    frame,
  );
  return {
    update: (next) => plot.setData(next as uPlot.AlignedData),
    resize: (width) => plot.setSize({ width, height: options.size.height }),
    end: () => plot.destroy(),
  };
}

function chartOptions(
  frame: HTMLElement,
  { unit, lineCount, format }: TimeChartOptions,
): Omit<uPlot.Options, 'width' | 'height'> {
  const { color, axis } = plotLook(frame);
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true }, y: { range: (_, least, greatest) => rangeOf(unit, least, greatest) } },
    axes: [
      {
        ...axis,
        size: 26,
        gap: 8,
        space: 60,
        values: (_, ticks) => ticks.map((tick) => format.time(new Date(tick * 1000).toISOString())),
      },
      {
        ...axis,
        size: 62,
        gap: 6,
        space: 26,
        values: (_, ticks) => ticks.map((tick) => unitText(tick, unit, format)),
      },
    ],
    series: [
      {},
      ...LINE_STYLES.slice(0, lineCount).map((style) => lineOptions(color(style.color), style.dash)),
    ],
  };
}

function lineOptions(stroke: string, dash: number[]): uPlot.Series {
  // A value between two minutes without any would be no line: it is a point.
  return { stroke, dash, width: 1.5, spanGaps: false, points: { show: isolated, size: 4, fill: stroke } };
}

function isolated(plot: uPlot, place: number, from: number, to: number): boolean {
  return to - from < 400 && (plot.data[place]?.some((value) => value === null) ?? false);
}

/** Times, sizes and counts begin at 0, with room for at least one; of shares the part is shown that has values. */
export function rangeOf(unit: ChartUnit, least: number | null, greatest: number | null): [number, number] {
  if (unit === 'share') return [Math.max(0, Math.min(0.9, Math.floor((least ?? 0.5) * 10) / 10)), 1.02];
  return [0, Math.max(1, (greatest ?? 0) * 1.1)];
}
