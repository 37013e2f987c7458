import type uPlot from 'uplot';

/** What every plot of the page looks like: colours and type of the element that it is drawn in. */
export interface PlotLook {
  /** Value of a custom property, `--accent` for one. */
  color(name: string): string;
  readonly axis: Pick<uPlot.Axis, 'stroke' | 'font' | 'grid' | 'ticks'>;
}

export function plotLook(frame: HTMLElement): PlotLook {
  const css = getComputedStyle(frame);
  const color = (name: string): string => css.getPropertyValue(name).trim();
  return {
    color,
    axis: {
      stroke: color('--text-soft'),
      font: `11px ${css.fontFamily}`,
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
    },
  };
}
