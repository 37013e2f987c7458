import type { Figure, Monitoring } from '@calque/api';
import type { ReactNode } from 'react';
import { type Text, useText } from '../i18n/use-text.ts';
import { type CountOf, figureCounts, figureMean, figureSum } from './figure-values.ts';
import styles from './monitoring-page.module.css';

interface CountsSectionProps {
  readonly engines: Monitoring['engines'];
  readonly figures: readonly Figure[];
}

/** What was counted since the server started, and what is loaded now. */
export function CountsSection({ engines, figures }: CountsSectionProps) {
  const text = useText();
  return (
    <section className={styles['section']} aria-labelledby="counts-title">
      <h2 id="counts-title" className={styles['heading']}>
        {text('monitoring.counts')}
      </h2>
      <div className={styles['cards']}>
        <Engines engines={engines} />
        <Rows title={text('monitoring.masks')} rows={maskRows(figures, text)} />
        <Rows title={text('monitoring.effort')} rows={effortRows(figures, text)} />
        <Rows
          title={text('monitoring.choices')}
          rows={listed(figureCounts(figures, 'calque_candidate_choices_total', 'candidate'), text, (label) =>
            candidateName(label, text),
          )}
        />
        <Rows
          title={text('monitoring.rejections')}
          rows={listed(figureCounts(figures, 'calque_rejections_total', 'reason'), text, (label) =>
            text.ofData(`reject.reason.${label}`),
          )}
        />
        <Rows
          title={text('monitoring.refusals')}
          rows={listed(figureCounts(figures, 'calque_problems_total', 'code'), text, inCode)}
        />
        <Rows
          title={text('monitoring.memory-steps')}
          rows={listed(figureCounts(figures, 'calque_out_of_memory_total', 'step'), text, inCode)}
        />
        <Rows
          title={text('monitoring.restarts')}
          rows={listed(figureCounts(figures, 'calque_child_restarts_total', 'role'), text, inCode)}
        />
      </div>
    </section>
  );
}

interface Row {
  readonly id: string;
  readonly name: ReactNode;
  readonly value: string;
}

function Rows({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }) {
  const text = useText();
  return (
    <article className={styles['card']}>
      <h3 className={styles['caption']}>{title}</h3>
      {rows.length === 0 ? <p className={styles['say']}>{text('monitoring.nothing')}</p> : null}
      <dl className={styles['values']}>
        {rows.map(({ id, name, value }) => (
          <div key={id}>
            <dt>{name}</dt>
            <dd className="number">{value}</dd>
          </div>
        ))}
      </dl>
    </article>
  );
}

function listed(counts: readonly CountOf[], text: Text, nameOf: (label: string) => ReactNode): Row[] {
  return counts.map(({ label, count }) => ({
    id: label,
    name: nameOf(label),
    value: text.format.number(count),
  }));
}

/** As the documents and the log write it. */
function inCode(label: string): ReactNode {
  return <code>{label}</code>;
}

function candidateName(label: string, text: Text): string {
  if (label === 'best') return text('monitoring.choices.best');
  // People count from one.
  return text('monitoring.choices.candidate', { number: text.format.number(Number(label) + 1) });
}

function maskRows(figures: readonly Figure[], text: Text): Row[] {
  const all = figureSum(figures, 'calque_masks_total');
  const share = (extent: string): string => {
    const count = figureSum(figures, 'calque_masks_total', { extent });
    return all === 0
      ? text('monitoring.none')
      : `${text.format.number(count)} · ${text.format.percent(count / all)}`;
  };
  const mean = (name: string): string => {
    const value = figureMean(figures, name);
    return value === null ? text('monitoring.none') : text.format.percent(value);
  };
  return [
    { id: 'recorded', name: text('monitoring.masks.recorded'), value: text.format.number(all) },
    { id: 'empty', name: text('monitoring.masks.empty'), value: share('empty') },
    { id: 'full', name: text('monitoring.masks.full'), value: share('full') },
    { id: 'box', name: text('monitoring.masks.box-image'), value: mean('calque_box_image_ratio') },
    { id: 'mask', name: text('monitoring.masks.mask-box'), value: mean('calque_mask_box_ratio') },
  ];
}

function effortRows(figures: readonly Figure[], text: Text): Row[] {
  const mean = (name: string): string => {
    const value = figureMean(figures, name);
    return value === null ? text('monitoring.none') : text.format.fixed(value, 1);
  };
  const count = (name: string, labels = {}): string => text.format.number(figureSum(figures, name, labels));
  return [
    {
      id: 'accepted',
      name: text('monitoring.effort.accepted'),
      value: count('calque_decisions_total', { decision: 'accept' }),
    },
    { id: 'points', name: text('monitoring.effort.points'), value: mean('calque_accepted_mask_points') },
    { id: 'clicks', name: text('monitoring.effort.clicks'), value: mean('calque_accepted_mask_clicks') },
    { id: 'abandoned', name: text('monitoring.effort.abandoned'), value: count('calque_abandoned_total') },
  ];
}

function Engines({ engines }: { readonly engines: Monitoring['engines'] }) {
  const text = useText();
  return (
    <article className={styles['card']}>
      <h3 className={styles['caption']}>{text('monitoring.engines')}</h3>
      {engines.length === 0 ? <p className={styles['say']}>{text('monitoring.engines.none')}</p> : null}
      {engines.map(({ model, provider, waiting, running }) => (
        <dl key={model} className={styles['values']}>
          <div>
            <dt>{text('monitoring.engines.model')}</dt>
            <dd>{model}</dd>
          </div>
          <div>
            <dt>{text('monitoring.engines.provider')}</dt>
            <dd>{provider}</dd>
          </div>
          <div>
            <dt>{text('monitoring.engines.waiting')}</dt>
            <dd className="number">{text.format.number(waiting)}</dd>
          </div>
          <div>
            <dt>{text('monitoring.engines.running')}</dt>
            <dd className="number">{text.format.number(running)}</dd>
          </div>
        </dl>
      ))}
    </article>
  );
}
