import { areaInMm2, type Calibration, decimalsOf, lengthInMm, type MaskMeasures } from '@calque/core';
import { useSelectedView } from '../app/use-editor.tsx';
import { useText } from '../i18n/use-text.ts';
import { useRecordedSensitivity } from '../sensitivity/use-recorded-sensitivity.ts';
import styles from './measures-section.module.css';
import { physicalText } from './scale-row.tsx';

interface PhysicalRowsProps {
  readonly calibration: Calibration;
  readonly measures: MaskMeasures | null;
}

/** Area and perimeter in physical units, with an error bar where the box sensitivity of this state was measured. */
export function PhysicalRows({ calibration, measures }: PhysicalRowsProps) {
  const text = useText();
  const spread = useRecordedSensitivity(useSelectedView())?.sensitivity.spread;
  const shown = (px: number | undefined, errorPx: number | undefined, turn: typeof areaInMm2): string => {
    if (px === undefined) return '–';
    const physical = turn(px, calibration, errorPx ?? null);
    return physicalText(physical, decimalsOf(physical), text);
  };
  const rows = [
    {
      name: text('calibration.area'),
      value: shown(measures?.areaPx, spread?.areaPx.sd, areaInMm2),
      unit: text('unit.mm2'),
    },
    {
      name: text('calibration.perimeter'),
      value: shown(measures?.perimeterPx, spread?.perimeterPx.sd, lengthInMm),
      unit: text('unit.mm'),
    },
  ];
  return rows.map(({ name, value, unit }) => (
    <div key={unit} className={styles['row']}>
      <dt className={styles['name']}>{name}</dt>
      <dd className={`${styles['value']} number`} title={text('calibration.error')}>
        <span>{value}</span>
        <span className="unit">{unit}</span>
      </dd>
    </div>
  ));
}
