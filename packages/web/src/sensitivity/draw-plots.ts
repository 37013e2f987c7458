import type { WireSensitivity } from '@calque/api';
import type { Size } from '@calque/core';
import type uPlot from 'uplot';
import type { Formats } from '../i18n/formats.ts';
import { plotLook } from '../pictures/plot-look.ts';
import { CURVE_STYLES, CURVES, PLOTTED, type Plotted, plotData } from './plot-series.ts';

export interface Drawing {
  resize(width: number): void;
  end(): void;
}

interface PlotPlace {
  /** An element for each plot, in the order of PLOTTED, in the document: colours and font are those of its styles. */
  readonly frames: readonly HTMLElement[];
  readonly size: Size;
}

/** Draws score, area and IoU. Rejects where the library cannot be loaded. */
export async function drawPlots(
  { sensitivity: { outcomes } }: WireSensitivity,
  { frames, size }: PlotPlace,
  format: Formats,
): Promise<Drawing> {
  // The library asks for a number format while it loads, and fails where the browser's language has no valid tag.
  const { default: Plot } = await import('uplot');
  const plots = PLOTTED.flatMap((plotted, place) => {
    const frame = frames[place];
    if (frame === undefined) return [];
    const options = { ...plotOptions(frame, plotted, format), ...size };
    return [new Plot(options, plotData(outcomes, plotted) as uPlot.AlignedData, frame)];
  });
  return {
    resize: (width) => {
      for (const plot of plots) plot.setSize({ width, height: size.height });
    },
    end: () => {
      for (const plot of plots) plot.destroy();
    },
  };
}

/** The same plots at another size, as pictures; null where they cannot be drawn. */
export async function plotPictures(
  made: WireSensitivity,
  size: Size,
  format: Formats,
): Promise<readonly HTMLCanvasElement[] | null> {
  const root = document.createElement('div');
  root.style.cssText = 'position: fixed; left: -10000px; top: 0';
  const frames = PLOTTED.map(() => root.appendChild(document.createElement('div')));
  document.body.append(root);
  try {
    const drawing = await drawPlots(made, { frames, size }, format);
    // They are painted at the end of the task in which they were made.
    await new Promise((resolve) => setTimeout(resolve));
    const pictures = frames.flatMap((frame) => copyOf(frame.querySelector('canvas')));
    drawing.end();
    return pictures;
  } catch {
    return null;
  } finally {
    root.remove();
  }
}

function copyOf(canvas: HTMLCanvasElement | null): HTMLCanvasElement[] {
  if (canvas === null) return [];
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext('2d')?.drawImage(canvas, 0, 0);
  return [copy];
}

function plotOptions(
  frame: HTMLElement,
  plotted: Plotted,
  format: Formats,
): Omit<uPlot.Options, 'width' | 'height'> {
  const { color, axis } = plotLook(frame);
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_, least, greatest) => rangeOf(plotted, least, greatest) } },
    axes: [
      { ...axis, size: 22, gap: 4, space: 44, values: (_, ticks) => ticks.map(format.percent) },
      {
        ...axis,
        size: 54,
        gap: 6,
        space: 26,
        values: (_, ticks) => ticks.map((tick) => tickText(tick, plotted, format)),
      },
    ],
    series: [
      {},
      ...CURVES.map((curve): uPlot.Series => {
        const stroke = color(CURVE_STYLES[curve].color);
        const { dash } = CURVE_STYLES[curve];
        return { stroke, dash, width: 2, spanGaps: true, points: { show: true, size: 5, fill: stroke } };
      }),
    ],
  };
}

/** Shares end at 1; areas that hardly differ are not blown up to the height of the plot. */
export function rangeOf(plotted: Plotted, least: number, greatest: number): [number, number] {
  if (plotted !== 'area') return [Math.max(0, Math.min(0.9, Math.floor(least * 20) / 20 - 0.05)), 1.01];
  const room = Math.max((greatest - least) * 0.1, greatest * 0.05, 1);
  return [Math.max(0, least - room), greatest + room];
}

/** Shares need more digits than areas: 0.985 would be shown as 1. */
function tickText(value: number, plotted: Plotted, format: Formats): string {
  return plotted === 'area' ? format.number(value) : format.fixed(value, 3).replace(/[.,]?0+$/, '') || '0';
}
