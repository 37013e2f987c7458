import type { WireSensitivity } from '@calque/api';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Formats } from '../i18n/formats.ts';
import { useText } from '../i18n/use-text.ts';
import { CURVE_STYLES, CURVES, PLOTTED, type Plotted, plotData } from './plot-series.ts';
import styles from './sensitivity-panel.module.css';

const HEIGHT_PX = 116;

interface SensitivityPlotsProps {
  readonly made: WireSensitivity;
  /** Called with the canvases, in the order of the plots, when they are drawn anew. */
  onDrawn(canvases: readonly HTMLCanvasElement[]): void;
}

/** Score, area and IoU against the change of the box. The table beside them says the same without a picture. */
export function SensitivityPlots({ made, onDrawn }: SensitivityPlotsProps) {
  const text = useText();
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement | null>(null);
  const drawn = useRef(onDrawn);
  drawn.current = onDrawn;
  const [failed, setFailed] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another colour scheme has other colours in the page's styles
  useEffect(() => {
    const root = place.current;
    if (root === null) return undefined;
    let drawing: Drawing | null = null;
    let left = false;
    // The library asks for a number format while it loads, and fails where the browser's language has no valid tag.
    import('uplot').then(
      ({ default: Plot }) => {
        if (left) return;
        drawing = draw(Plot, root, made, text.format);
        drawn.current(drawing.canvases);
      },
      () => setFailed(true),
    );
    return () => {
      left = true;
      drawing?.end();
    };
  }, [made, scheme, text]);
  if (failed) return <p className={styles['say']}>{text('sensitivity.plot.failed')}</p>;
  return (
    <div ref={place}>
      {PLOTTED.map((plotted) => (
        <figure key={plotted} className={styles['plot']}>
          <figcaption>{text(`sensitivity.plot.${plotted}`)}</figcaption>
          <div
            data-plot={plotted}
            role="img"
            aria-label={text('sensitivity.plot.said', { what: text(`sensitivity.plot.${plotted}`) })}
            style={{ height: HEIGHT_PX }}
          />
        </figure>
      ))}
      <ul className={styles['legend']}>
        {CURVES.map((curve) => (
          <li key={curve}>
            <svg width="28" height="8" aria-hidden="true">
              <line
                x1="1"
                y1="4"
                x2="27"
                y2="4"
                stroke={`var(${CURVE_STYLES[curve].color})`}
                strokeWidth="2"
                strokeDasharray={CURVE_STYLES[curve].dash.join(' ')}
              />
            </svg>
            {text(`sensitivity.curve.${curve}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Drawing {
  readonly canvases: readonly HTMLCanvasElement[];
  end(): void;
}

function draw(Plot: typeof uPlot, root: HTMLElement, made: WireSensitivity, format: Formats): Drawing {
  const plots = [...root.querySelectorAll<HTMLDivElement>('[data-plot]')].map((frame) => {
    const plotted = frame.dataset['plot'] as Plotted;
    const data = plotData(made.sensitivity.outcomes, plotted) as uPlot.AlignedData;
    return new Plot(plotOptions(frame, plotted, format), data, frame);
  });
  const observer = new ResizeObserver(() => {
    for (const plot of plots) plot.setSize({ width: root.clientWidth, height: HEIGHT_PX });
  });
  observer.observe(root);
  return {
    canvases: plots.map((plot) => plot.ctx.canvas),
    end: () => {
      observer.disconnect();
      for (const plot of plots) plot.destroy();
    },
  };
}

function plotOptions(frame: HTMLElement, plotted: Plotted, format: Formats): uPlot.Options {
  const css = getComputedStyle(frame);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--text-soft'),
    font: `11px ${css.fontFamily}`,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: frame.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false } },
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

/** Shares need more digits than areas: 0.985 would be shown as 1. */
function tickText(value: number, plotted: Plotted, format: Formats): string {
  return plotted === 'area' ? format.number(value) : format.fixed(value, 3).replace(/[.,]?0+$/, '') || '0';
}
