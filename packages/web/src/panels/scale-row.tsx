import { type Calibration, type PhysicalValue, pixelsPerMm } from '@calque/core';
import { Button, NumberInput, Popover, UnstyledButton } from '@mantine/core';
import { IconRuler2 } from '@tabler/icons-react';
import { useState } from 'react';
import { useDataset } from '../app/server-lists.ts';
import { useServices } from '../app/services.tsx';
import { useEditorState, useSelectedView } from '../app/use-editor.tsx';
import { type Text, useText } from '../i18n/use-text.ts';
import { announce } from './live-region.tsx';
import styles from './measures-section.module.css';

/** Null while measures are in pixels alone. */
export function useCalibration(): Calibration | null {
  return useDataset(useEditorState((state) => state.datasetId))?.calibration ?? null;
}

/** `12.3 ± 0.4`, with the decimals that mean something. */
export function physicalText({ value, error }: PhysicalValue, decimals: number, { format }: Text): string {
  const shown = format.fixed(value, decimals);
  return error === null ? shown : `${shown} ± ${format.fixed(error, decimals)}`;
}

/** What a pixel is worth, and where that is said. */
export function ScaleRow() {
  const text = useText();
  const calibration = useCalibration();
  const [opened, setOpened] = useState(false);
  const shown =
    calibration === null
      ? text('calibration.none')
      : text('calibration.value', { value: text.format.fixed(pixelsPerMm(calibration), 2) });
  return (
    <div className={styles['row']}>
      <dt className={styles['name']}>{text('calibration.title')}</dt>
      <dd className={`${styles['value']} number`}>
        <Popover width={280} position="left" withArrow trapFocus opened={opened} onChange={setOpened}>
          <Popover.Target>
            <UnstyledButton
              className={styles['scale'] ?? ''}
              aria-label={`${text('calibration.set')} (${shown})`}
              onClick={() => setOpened(!opened)}
            >
              <IconRuler2 size={14} stroke={1.8} />
              {shown}
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown className={styles['popover'] ?? ''}>
            <ScaleFields calibration={calibration} onDone={() => setOpened(false)} />
          </Popover.Dropdown>
        </Popover>
      </dd>
    </div>
  );
}

interface ScaleFieldsProps {
  readonly calibration: Calibration | null;
  onDone(): void;
}

function ScaleFields({ calibration, onDone }: ScaleFieldsProps) {
  const text = useText();
  const box = useSelectedView()?.annotation.prompt.box ?? null;
  const [lengthPx, setLengthPx] = useState<number | string>(calibration?.lengthPx ?? '');
  const [lengthMm, setLengthMm] = useState<number | string>(calibration?.lengthMm ?? '');
  const write = useWriteCalibration(onDone);
  const wanted =
    typeof lengthPx === 'number' && typeof lengthMm === 'number' && lengthPx > 0 && lengthMm > 0
      ? { lengthPx, lengthMm }
      : null;
  const sidePx = box === null ? null : Math.max(box.x2 - box.x1, box.y2 - box.y1);
  const shared = { size: 'xs', min: 0, decimalSeparator: text.language === 'fr' ? ',' : '.' } as const;
  return (
    <form
      className={styles['scaleForm']}
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== null) write(wanted);
      }}
    >
      <p>{text('calibration.how')}</p>
      <NumberInput {...shared} label={text('calibration.pixels')} value={lengthPx} onChange={setLengthPx} />
      {sidePx === null ? null : (
        <Button variant="subtle" onClick={() => setLengthPx(Math.round(sidePx * 10) / 10)}>
          {text('calibration.from-box', { value: sidePx })}
        </Button>
      )}
      <NumberInput {...shared} label={text('calibration.mm')} value={lengthMm} onChange={setLengthMm} />
      <p className={styles['hint']}>{text('calibration.error')}</p>
      <div className={styles['buttons']}>
        <Button variant="default" disabled={calibration === null} onClick={() => write(null)}>
          {text('calibration.remove')}
        </Button>
        <Button type="submit" disabled={wanted === null}>
          {text('calibration.save')}
        </Button>
      </div>
    </form>
  );
}

/** The dataset's event brings the answer to every page, this one among them. */
function useWriteCalibration(onDone: () => void): (calibration: Calibration | null) => void {
  const text = useText();
  const { client } = useServices();
  const datasetId = useEditorState((state) => state.datasetId);
  return (calibration) => {
    client
      .call('writeCalibration', { params: { datasetId }, body: { calibration } })
      .then(onDone)
      .catch((error: unknown) =>
        announce(
          text('calibration.failed', { reason: error instanceof Error ? error.message : String(error) }),
        ),
      );
  };
}
