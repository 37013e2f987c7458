import type { PostprocessOptions } from '@calque/core';
import { Button, Slider } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useEditor, useEditorState, useSelectedView } from '../app/use-editor.tsx';
import type { TextKey } from '../i18n/index.ts';
import { useText } from '../i18n/use-text.ts';
import styles from './refine-section.module.css';
import { Section } from './section.tsx';

type StepName = keyof PostprocessOptions;

const areasPx = [0, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 25_000];

const steps: readonly {
  readonly name: StepName;
  readonly values: readonly number[];
  readonly unit: boolean;
}[] = [
  { name: 'fillHolesPx', values: areasPx, unit: true },
  { name: 'dropIslandsPx', values: areasPx, unit: true },
  { name: 'keepLargest', values: [0, 1, 2, 3, 4, 5, 10], unit: false },
  {
    name: 'smoothRadiusPx',
    values: [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30],
    unit: true,
  },
];

const labels: Readonly<Record<StepName, TextKey>> = {
  fillHolesPx: 'refine.fill-holes',
  dropIslandsPx: 'refine.drop-islands',
  keepLargest: 'refine.keep-largest',
  smoothRadiusPx: 'refine.smooth',
};

export function RefineSection() {
  const text = useText();
  const editor = useEditor();
  const view = useSelectedView();
  const brushDiameterPx = useEditorState((state) => state.brushDiameterPx);
  const edited = view?.annotation.editedMask !== null && view !== null;
  const locked = view === null || view.annotation.locked;
  const options = view?.annotation.postprocess ?? {};
  return (
    <Section name="refine" title={text('refine.title')}>
      <div className={styles['sliders']}>
        {steps.map(({ name, values, unit }) => (
          <StepSlider
            key={name}
            label={text(labels[name])}
            value={options[name] ?? 0}
            values={values}
            unit={unit ? text('unit.pixels') : ''}
            disabled={locked || edited}
            onChange={(value, live) => editor.setPostprocess(withStep(options, name, value), live)}
          />
        ))}
        <StepSlider
          label={text('refine.brush')}
          value={brushDiameterPx}
          values={[2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256]}
          unit={text('unit.pixels')}
          disabled={false}
          onChange={(value) => editor.setBrushDiameter(value)}
        />
      </div>
      <Button
        variant="default"
        fullWidth
        disabled={!edited || locked}
        leftSection={<IconArrowBackUp size={16} />}
        onClick={() => editor.discardEdit()}
      >
        {text('command.discard-edit')}
      </Button>
    </Section>
  );
}

function withStep(options: PostprocessOptions, name: StepName, value: number): PostprocessOptions {
  const { [name]: _, ...others } = options;
  return value === 0 ? others : { ...others, [name]: value };
}

interface StepSliderProps {
  readonly label: string;
  readonly value: number;
  /** The values on offer, ascending: closer together where they matter more. */
  readonly values: readonly number[];
  readonly unit: string;
  readonly disabled: boolean;
  onChange(value: number, live?: 'live'): void;
}

function StepSlider({ label, value, values, unit, disabled, onChange }: StepSliderProps) {
  const text = useText();
  const place = nearest(values, value);
  const valueAt = (index: number) => values[index] ?? 0;
  const shown = value === 0 ? text('refine.off') : text.format.number(value);
  return (
    <div className={styles['slider']}>
      <span className={styles['name']}>{label}</span>
      <Slider
        className={styles['track'] ?? ''}
        size={4}
        thumbSize={14}
        thumbLabel={label}
        label={null}
        min={0}
        max={values.length - 1}
        step={1}
        value={place}
        disabled={disabled}
        onChange={(index) => onChange(valueAt(index), 'live')}
        onChangeEnd={(index) => onChange(valueAt(index))}
        thumbProps={{ 'aria-valuetext': `${shown} ${value === 0 ? '' : unit}`.trim() }}
      />
      <span className={`${styles['value']} number`}>
        {shown} <span className="unit">{value === 0 ? '' : unit}</span>
      </span>
    </div>
  );
}

function nearest(values: readonly number[], value: number): number {
  let best = 0;
  values.forEach((candidate, index) => {
    if (Math.abs(candidate - value) < Math.abs((values[best] ?? 0) - value)) best = index;
  });
  return best;
}
