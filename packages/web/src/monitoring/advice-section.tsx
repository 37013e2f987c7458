import type { Advice } from '@calque/api';
import { NumberInput, Select } from '@mantine/core';
import { useState } from 'react';
import { useDatasets } from '../app/server-lists.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './monitoring-page.module.css';
import { useAdvice } from './use-monitoring.ts';

const USUAL_PERCENT = 95;
const LEAST_PERCENT = 50;
const MOST_PERCENT = 99.9;

/** What people decided by score, and from which score on masks can be taken as they are. */
export function AdviceSection() {
  const text = useText();
  const datasets = useDatasets().data ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [percent, setPercent] = useState(USUAL_PERCENT);
  const datasetId = chosen ?? datasets[0]?.id;
  const advice = useAdvice(datasetId, percent / 100).data;
  return (
    <section className={styles['section']} aria-labelledby="advice-title">
      <h2 id="advice-title" className={styles['heading']}>
        {text('monitoring.advice')}
      </h2>
      <p className={styles['say']}>{text('monitoring.advice.say')}</p>
      <div className={styles['fields']}>
        <Select
          label={text('monitoring.advice.dataset')}
          size="xs"
          w={200}
          allowDeselect={false}
          data={datasets.map(({ id, name }) => ({ value: id, label: name }))}
          value={datasetId ?? null}
          onChange={setChosen}
        />
        <NumberInput
          label={text('monitoring.advice.precision')}
          size="xs"
          w={130}
          value={percent}
          min={LEAST_PERCENT}
          max={MOST_PERCENT}
          step={1}
          decimalScale={1}
          decimalSeparator={text.language === 'fr' ? ',' : '.'}
          suffix=" %"
          clampBehavior="blur"
          onChange={(value) => {
            if (typeof value === 'number' && value >= LEAST_PERCENT && value <= MOST_PERCENT)
              setPercent(value);
          }}
        />
      </div>
      {advice === undefined ? null : <AdviceText advice={advice} percent={percent} />}
      {advice === undefined || advice.judged === 0 ? null : <AdviceTable advice={advice} />}
    </section>
  );
}

function AdviceText({ advice, percent }: { readonly advice: Advice; readonly percent: number }) {
  const text = useText();
  const { suggestion, judged } = advice;
  const share = text.format.percent;
  if (judged === 0) return <p className={styles['finding']}>{text('monitoring.advice.nothing')}</p>;
  return (
    <p className={styles['finding']} aria-live="polite">
      {suggestion === null
        ? text('monitoring.advice.none', { judged, wanted: share(percent / 100) })
        : text('monitoring.advice.found', {
            threshold: text.format.fixed(suggestion.threshold, 2),
            precision: share(suggestion.precision),
            low: share(suggestion.low),
            high: share(suggestion.high),
            number: text.format.number(suggestion.count),
            judged,
            kept: share(suggestion.kept),
          })}
    </p>
  );
}

/** From the best score down, as people read it; bins without a decision are left out. */
function AdviceTable({ advice: { bins, suggestion } }: { readonly advice: Advice }) {
  const text = useText();
  const shown = bins
    .filter(({ accepted, corrected, rejected }) => accepted + corrected + rejected > 0)
    .toReversed();
  return (
    <section
      className={styles['scroller']}
      aria-label={text('monitoring.advice.table')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
      tabIndex={0}
    >
      <table className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">{text('monitoring.advice.score')}</th>
            <th scope="col">{text('monitoring.advice.accepted')}</th>
            <th scope="col">{text('monitoring.advice.corrected')}</th>
            <th scope="col">{text('monitoring.advice.rejected')}</th>
            <th scope="col" colSpan={2}>
              {text('monitoring.advice.share')}
            </th>
          </tr>
        </thead>
        <tbody className="number">
          {shown.map((bin) => (
            <BinRow key={bin.from} bin={bin} isThreshold={isAt(bin.from, suggestion)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function isAt(from: number, suggestion: Advice['suggestion']): boolean {
  return suggestion !== null && Math.abs(from - suggestion.threshold) < 1e-9;
}

function BinRow({
  bin,
  isThreshold,
}: {
  readonly bin: Advice['bins'][number];
  readonly isThreshold: boolean;
}) {
  const text = useText();
  const { from, to, accepted, corrected, rejected } = bin;
  const share = accepted / (accepted + corrected + rejected);
  return (
    <tr data-threshold={isThreshold ? '' : undefined}>
      <th scope="row">
        {text('monitoring.advice.bin', { from: text.format.fixed(from, 2), to: text.format.fixed(to, 2) })}
        {isThreshold ? <small>{text('monitoring.advice.threshold')}</small> : null}
      </th>
      <td>{text.format.number(accepted)}</td>
      <td>{text.format.number(corrected)}</td>
      <td>{text.format.number(rejected)}</td>
      <td>{text.format.percent(share)}</td>
      <td className={styles['bar']}>
        <span style={{ width: `${100 * share}%` }} />
      </td>
    </tr>
  );
}
