import type { QuantityDrift } from '@calque/api';
import { useText } from '../i18n/use-text.ts';
import styles from './monitoring-page.module.css';
import { quantityText } from './quantity-text.ts';
import { shareHeights } from './share-heights.ts';

const WIDTH = 240;
const HEIGHT = 64;

/** Shares of the reference as areas, of the window as outlined bars before them. */
export function DriftHistogram({ of, verdict }: { readonly of: QuantityDrift; readonly verdict: string }) {
  const text = useText();
  const { quantity, histogram } = of;
  const { edges } = histogram;
  const reference = shareHeights(histogram.reference);
  const window = shareHeights(histogram.window);
  const most = Math.max(...reference, ...window, Number.MIN_VALUE);
  const step = WIDTH / reference.length;
  const bar = (share: number) => (HEIGHT * share) / most;
  const from = quantityText(edges[0] ?? null, quantity, text.format);
  const to = quantityText(edges.at(-1) ?? null, quantity, text.format);
  const label = text('monitoring.drift.histogram', {
    quantity: text(`monitoring.quantity.${quantity}`),
    from,
    to,
    verdict,
  });
  return (
    <div>
      <svg
        className={styles['histogram']}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {reference.map((share, i) => (
          <rect
            key={edges[i]}
            className={styles['reference']}
            x={i * step}
            width={step}
            y={HEIGHT - bar(share)}
            height={bar(share)}
          />
        ))}
        {window.map((share, i) =>
          share === 0 ? null : (
            <rect
              key={edges[i]}
              className={styles['window']}
              x={i * step + step * 0.25}
              width={step * 0.5}
              y={HEIGHT - bar(share)}
              height={bar(share)}
            />
          ),
        )}
      </svg>
      <div className={styles['edges']} aria-hidden="true">
        <span>{from}</span>
        <span>{to}</span>
      </div>
    </div>
  );
}
