import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import 'uplot/dist/uPlot.min.css';
import { useText } from '../i18n/use-text.ts';
import { type DrawnChart, drawTimeChart, LINE_STYLES } from './draw-time-chart.ts';
import { type ChartData, latestValues, type MinuteChart } from './minute-charts.ts';
import styles from './monitoring-page.module.css';
import { unitText } from './unit-text.ts';

const HEIGHT_PX = 132;

/** Lines over time, with their newest values in words: what the picture shows is said as well. */
export function TimeChart({ chart, data }: { readonly chart: MinuteChart; readonly data: ChartData }) {
  const text = useText();
  const latest = latestValues(data).map((value) =>
    value === null ? text('monitoring.none') : unitText(value, chart.unit, text.format),
  );
  const { place, failed } = useDrawnChart(chart, data);
  const values = chart.lines.map(({ name }, i) => `${text(name)} ${latest[i]}`).join(', ');
  return (
    <figure className={styles['chart']} data-chart={chart.id}>
      <figcaption>
        <h3 className={styles['caption']}>{text(chart.title)}</h3>
        <ul className={styles['legend']}>
          {chart.lines.map(({ name }, i) => (
            <li key={name}>
              <LineMark place={i} />
              {text(name)} <strong className="number">{latest[i]}</strong>
            </li>
          ))}
        </ul>
      </figcaption>
      {failed ? <p className={styles['say']}>{text('monitoring.chart.failed')}</p> : null}
      <div
        ref={place}
        role="img"
        aria-label={text('monitoring.chart.said', { title: text(chart.title), values })}
        style={{ height: HEIGHT_PX }}
      />
    </figure>
  );
}

function LineMark({ place }: { readonly place: number }) {
  const style = LINE_STYLES[place];
  return (
    <svg width="22" height="8" aria-hidden="true">
      <line
        x1="1"
        y1="4"
        x2="21"
        y2="4"
        stroke={`var(${style?.color})`}
        strokeWidth="2"
        strokeDasharray={style?.dash.join(' ')}
      />
    </svg>
  );
}

/** The canvas is made once for each look; new data goes into it. */
function useDrawnChart({ unit, lines }: MinuteChart, data: ChartData) {
  const text = useText();
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement | null>(null);
  const drawn = useRef<DrawnChart | null>(null);
  const newest = useRef(data);
  const [failed, setFailed] = useState(false);
  const lineCount = lines.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another colour scheme has other colours in the page's styles
  useEffect(() => {
    const frame = place.current;
    if (frame === null) return undefined;
    let left = false;
    const observer = new ResizeObserver(() => drawn.current?.resize(frame.clientWidth));
    const size = { width: frame.clientWidth, height: HEIGHT_PX };
    drawTimeChart(frame, newest.current, { unit, lineCount, size, format: text.format })
      .then((made) => {
        if (left) return made.end();
        drawn.current = made;
        made.update(newest.current);
        return observer.observe(frame);
      })
      .catch(() => setFailed(true));
    return () => {
      left = true;
      observer.disconnect();
      drawn.current?.end();
      drawn.current = null;
    };
  }, [unit, lineCount, scheme, text]);
  useEffect(() => {
    newest.current = data;
    drawn.current?.update(data);
  }, [data]);
  return { place, failed };
}
