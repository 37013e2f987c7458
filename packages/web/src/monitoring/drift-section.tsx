import type { ModelDrift, QuantityDrift } from '@calque/api';
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useText } from '../i18n/use-text.ts';
import dialogStyles from '../panels/dialogs.module.css';
import { announce } from '../panels/live-region.tsx';
import { Tip } from '../panels/tip.tsx';
import { DriftHistogram } from './drift-histogram.tsx';
import { momentText } from './moment-text.ts';
import styles from './monitoring-page.module.css';
import { quantityText } from './quantity-text.ts';
import { useAdoptReference } from './use-monitoring.ts';

/** What is usual of each model and its images, against what is now. */
export function DriftSection({ drift }: { readonly drift: readonly ModelDrift[] }) {
  const text = useText();
  return (
    <section className={styles['section']} aria-labelledby="drift-title">
      <h2 id="drift-title" className={styles['heading']}>
        {text('monitoring.drift')}
      </h2>
      <p className={styles['say']}>
        {text(drift.length === 0 ? 'monitoring.drift.empty' : 'monitoring.drift.say')}
      </p>
      {drift.map((model) => (
        <ModelPart key={model.model} drift={model} />
      ))}
    </section>
  );
}

function ModelPart({ drift: { model, quantities, alarms } }: { readonly drift: ModelDrift }) {
  const text = useText();
  const latest = alarms.at(-1);
  return (
    <div className={styles['model']}>
      <div className={styles['row']}>
        <h3 className={styles['caption']}>{model}</h3>
        <p className={styles['say']} data-alarm={latest === undefined ? undefined : ''}>
          {latest === undefined
            ? text('monitoring.drift.no-alarms')
            : text('monitoring.drift.alarms', {
                count: alarms.length,
                at: momentText(latest, text.language),
              })}
        </p>
        <Adopt model={model} disabled={!quantities.some(({ windowCount }) => windowCount >= LEAST_WINDOW)} />
      </div>
      <div className={styles['cards']}>
        {quantities.map((one) => (
          <Quantity key={one.quantity} of={one} />
        ))}
      </div>
    </div>
  );
}

/** The server keeps the reference of what has fewer latest values. */
const LEAST_WINDOW = 50;

function Quantity({ of }: { readonly of: QuantityDrift }) {
  const text = useText();
  const { quantity, verdict, referenceCount, windowCount } = of;
  const said = text(`monitoring.verdict.${verdict}`, { values: referenceCount });
  const median = (value: number | null) => quantityText(value, quantity, text.format);
  const fixed = (value: number | null, decimals: number) =>
    value === null ? text('monitoring.none') : text.format.fixed(value, decimals);
  return (
    <article className={styles['card']} data-quantity={quantity}>
      <div className={styles['row']}>
        <h4 className={styles['caption']}>{text(`monitoring.quantity.${quantity}`)}</h4>
        <span className={styles['verdict']} data-verdict={verdict}>
          {said}
        </span>
      </div>
      <DriftHistogram of={of} verdict={said} />
      <table className={styles['numbers']}>
        <thead>
          <tr>
            <td />
            <th scope="col">
              <i className={styles['reference-key']} /> {text('monitoring.drift.reference')}
            </th>
            <th scope="col">
              <i className={styles['window-key']} /> {text('monitoring.drift.window')}
            </th>
          </tr>
        </thead>
        <tbody className="number">
          <tr>
            <th scope="row">{text('monitoring.drift.median')}</th>
            <td>{median(of.referenceMedian)}</td>
            <td>{median(of.windowMedian)}</td>
          </tr>
          <tr>
            <th scope="row">{text('monitoring.drift.values')}</th>
            <td>{text.format.number(referenceCount)}</td>
            <td>{text.format.number(windowCount)}</td>
          </tr>
          <tr>
            <th scope="row">
              <Explained name="index" />
            </th>
            <td colSpan={2}>{fixed(of.populationStability, 3)}</td>
          </tr>
          <tr>
            <th scope="row">
              <Explained name="distance" />
            </th>
            <td colSpan={2}>
              {of.distance === null
                ? text('monitoring.none')
                : text('monitoring.drift.of-limit', {
                    distance: fixed(of.distance, 3),
                    limit: fixed(of.distanceLimit, 3),
                  })}
            </td>
          </tr>
        </tbody>
      </table>
    </article>
  );
}

/** A name that says in a sentence what it is, to whoever points at it or gives it the focus. */
function Explained({ name }: { readonly name: 'index' | 'distance' }) {
  const text = useText();
  return (
    <Tip label={text(`monitoring.drift.${name}.tip`)} long="long">
      <button type="button" className={styles['explained']}>
        {text(`monitoring.drift.${name}`)}
      </button>
    </Tip>
  );
}

/** What was usual is forgotten by it, so it is asked for once more. */
function Adopt({ model, disabled }: { readonly model: string; readonly disabled: boolean }) {
  const text = useText();
  const [asked, setAsked] = useState(false);
  const adopt = useAdoptReference();
  const close = () => {
    setAsked(false);
    adopt.reset();
  };
  const run = () =>
    adopt.mutate(model, {
      onSuccess: () => {
        setAsked(false);
        announce(text('monitoring.adopt.done'));
      },
    });
  return (
    <>
      <Button variant="default" disabled={disabled} onClick={() => setAsked(true)}>
        {text('monitoring.adopt')}
      </Button>
      <Modal
        opened={asked}
        onClose={close}
        title={text('monitoring.adopt.title', { model })}
        closeButtonProps={{ 'aria-label': text('dialog.close') }}
        size={440}
      >
        <div className={dialogStyles['form']}>
          <p>{text('monitoring.adopt.say')}</p>
          {adopt.error === null ? null : (
            <p className={styles['problem']} role="alert">
              {text('monitoring.adopt.failed', { reason: adopt.error.message })}
            </p>
          )}
          <div className={dialogStyles['buttons']}>
            <Button variant="default" onClick={close} data-autofocus>
              {text('monitoring.adopt.no')}
            </Button>
            <Button loading={adopt.isPending} onClick={run}>
              {text('monitoring.adopt.yes')}
            </Button>
          </div>
        </div>
      </Modal>
    </>
  );
}
