import type { WireSensitivity } from '@calque/api';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import 'uplot/dist/uPlot.min.css';
import { useText } from '../i18n/use-text.ts';
import { type Drawing, drawPlots } from './draw-plots.ts';
import { CURVE_STYLES, CURVES, PLOTTED } from './plot-series.ts';
import styles from './sensitivity-panel.module.css';

const HEIGHT_PX = 116;

/** Score, area and IoU against the change of the box. The table beside them says the same without a picture. */
export function SensitivityPlots({ made }: { readonly made: WireSensitivity }) {
  const text = useText();
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement | null>(null);
  const [failed, setFailed] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another colour scheme has other colours in the page's styles
  useEffect(() => {
    const root = place.current;
    if (root === null) return undefined;
    let drawing: Drawing | null = null;
    let left = false;
    const frames = [...root.querySelectorAll<HTMLElement>('[data-plot]')];
    const observer = new ResizeObserver(() => drawing?.resize(root.clientWidth));
    drawPlots(made, { frames, size: { width: root.clientWidth, height: HEIGHT_PX } }, text.format)
      .then((drawn) => {
        if (left) return drawn.end();
        drawing = drawn;
        return observer.observe(root);
      })
      .catch(() => setFailed(true));
    return () => {
      left = true;
      observer.disconnect();
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
