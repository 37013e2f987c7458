import type { LatencyMs } from '../editor/editor-state.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './measures-section.module.css';

const parts = ['queue', 'transfer', 'encode', 'decode', 'postprocess', 'draw'] as const;

/** Graphics at 3:1 on both themes, told apart by order and name as well. */
const colors: Readonly<Record<(typeof parts)[number], string>> = {
  queue: '#8a93a0',
  transfer: '#5b8bf5',
  encode: '#c07be0',
  decode: '#1f9e86',
  postprocess: '#c98a1b',
  draw: '#d9634a',
};

/** Where the time of the last answer went. */
export function LatencyRow({ latency }: { latency: LatencyMs | null }) {
  const text = useText();
  const { format } = text;
  const total = latency?.total ?? 0;
  return (
    <div className={styles['latency']}>
      <div className={styles['row']}>
        <span className={styles['name']}>{text('latency.title')}</span>
        <span className={`${styles['value']} number`}>
          {latency === null ? null : (
            <span className={styles['badge']}>
              {text(latency.cache === 'miss' ? 'latency.miss' : 'latency.hit')}
            </span>
          )}
          <span>{latency === null ? '–' : format.number(Math.round(total))}</span>
          {latency === null ? null : <span className="unit">ms</span>}
        </span>
      </div>
      <div className={styles['bar']} aria-hidden="true">
        {latency === null
          ? null
          : parts
              .filter((part) => latency[part] > 0)
              .map((part) => (
                <span
                  key={part}
                  className={styles['part']}
                  style={{ background: colors[part], flexGrow: latency[part] }}
                />
              ))}
      </div>
      <ul className={`${styles['parts']} number`}>
        {parts.map((part) => (
          <li key={part} className={styles['part-row']}>
            <span className={styles['dot']} style={{ background: colors[part] }} />
            <span>{text(`latency.${part}`)}</span>
            <span>
              {latency === null ? '–' : format.number(Math.round(latency[part]))}
              <span className="unit">{latency === null ? '' : ' ms'}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
