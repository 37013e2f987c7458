import { Popover, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useEditorState, useSelectedView } from '../app/use-editor.tsx';
import type { AnnotationView } from '../editor/editor-state.ts';
import type { TextKey } from '../i18n/index.ts';
import { useText } from '../i18n/use-text.ts';
import { LatencyRow } from './latency-row.tsx';
import { candidateOf, clamped, doubtAbout } from './measured-values.ts';
import styles from './measures-section.module.css';
import { PhysicalRows } from './physical-rows.tsx';
import { ScaleRow, useCalibration } from './scale-row.tsx';
import { Section } from './section.tsx';

export function MeasuresSection() {
  const text = useText();
  const view = useSelectedView();
  const size = useEditorState((state) => state.image.size);
  const calibration = useCalibration();
  const { format } = text;
  const judged = view === null || view.annotation.editedMask !== null ? null : candidateOf(view);
  const measures = view?.mask?.measures ?? null;
  const imagePx = size === null ? null : size.width * size.height;
  const box = view?.annotation.prompt.box ?? null;
  const boxShare =
    box === null || imagePx === null ? null : ((box.x2 - box.x1) * (box.y2 - box.y1)) / imagePx;
  return (
    <Section name="measures" title={text('measures.title')}>
      <dl className={styles['table']}>
        <Row
          name={
            <Explained label="measures.score" sentence={text('measures.score.what')} raw={judged?.score} />
          }
          mark={view === null ? null : <DoubtMark view={view} />}
          value={judged === null ? null : format.fixed(clamped(judged.score), 2)}
        />
        <Row
          name={
            <Explained
              label="measures.stability"
              sentence={text('measures.stability.what')}
              raw={judged?.stability}
            />
          }
          value={judged === null ? null : format.fixed(judged.stability, 2)}
        />
        <Row
          name={text('measures.area')}
          value={measures === null ? null : format.number(measures.areaPx)}
          unit={text('unit.pixels')}
          more={measures === null || imagePx === null ? null : format.percent(measures.areaPx / imagePx)}
        />
        <Row
          name={text('measures.perimeter')}
          value={measures === null ? null : format.number(Math.round(measures.perimeterPx))}
          unit={text('unit.pixels')}
        />
        {calibration === null ? null : <PhysicalRows calibration={calibration} measures={measures} />}
        <Row name={text('measures.mask-box')} value={boxText(measures?.box ?? null)} />
        <Row name={text('measures.prompt-box')} value={boxText(box)} />
        <Row
          name={<Explained label="measures.box-ratio" sentence={text('measures.box-ratio.what')} />}
          value={boxShare === null ? null : format.percent(boxShare)}
        />
        <Row
          name={text('measures.components')}
          value={measures === null ? null : format.number(measures.components)}
        />
        <Row name={text('measures.holes')} value={measures === null ? null : format.number(measures.holes)} />
        <ScaleRow />
      </dl>
      <LatencyRow latency={view?.latency ?? null} />
    </Section>
  );
}

interface RowProps {
  readonly name: ReactNode;
  readonly value: string | null;
  readonly unit?: string;
  readonly more?: string | null;
  readonly mark?: ReactNode;
}

/** Every row is always there, so that nothing moves when an answer comes. */
function Row({ name, value, unit, more, mark }: RowProps) {
  return (
    <div className={styles['row']}>
      <dt className={styles['name']}>{name}</dt>
      <dd className={`${styles['value']} number`}>
        {mark}
        {more === undefined || more === null ? null : <span className="unit">{more}</span>}
        <span>{value ?? '–'}</span>
        {unit === undefined || value === null ? null : <span className="unit">{unit}</span>}
      </dd>
    </div>
  );
}

function boxText(box: { x1: number; y1: number; x2: number; y2: number } | null): string | null {
  if (box === null) return null;
  const [x1, y1, x2, y2] = [box.x1, box.y1, box.x2, box.y2].map(Math.round);
  return `${x1}, ${y1} – ${x2}, ${y2}`;
}

function Explained({ label, sentence, raw }: { label: TextKey; sentence: string; raw?: number | undefined }) {
  const text = useText();
  return (
    <Popover width={264} position="left-start" withArrow>
      <Popover.Target>
        <UnstyledButton
          className={styles['explained'] ?? ''}
          aria-label={text('measures.explain', { what: text(label) })}
        >
          {text(label)}
          <IconInfoCircle size={13} stroke={1.8} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={styles['popover'] ?? ''}>
        <p>{sentence}</p>
        {raw === undefined ? null : (
          <p className={`${styles['raw']} number`}>
            <span>{text('measures.raw')}</span>
            <span>{raw.toFixed(6)}</span>
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function DoubtMark({ view }: { view: AnnotationView }) {
  const text = useText();
  const candidate = view.annotation.editedMask === null ? candidateOf(view) : null;
  const doubt = candidate === null ? null : doubtAbout(candidate, view.prediction?.candidates ?? []);
  if (doubt === null) return null;
  return (
    <Popover width={264} position="left" withArrow>
      <Popover.Target>
        <UnstyledButton className={styles['doubt'] ?? ''}>
          <IconAlertTriangle size={13} stroke={2} />
          {text(`doubt.${doubt}`)}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={styles['popover'] ?? ''}>
        <p>{text(`doubt.${doubt}.why`)}</p>
        <p>{text(`doubt.${doubt}.remedy`)}</p>
      </Popover.Dropdown>
    </Popover>
  );
}
