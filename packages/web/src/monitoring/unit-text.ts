import type { Formats } from '../i18n/formats.ts';
import type { ChartUnit } from './minute-charts.ts';

/** A value as its chart writes it, short: `52 ms`, `2.4 s`, `310 MB`, `0.93`. */
export function unitText(value: number, unit: ChartUnit, format: Formats): string {
  if (unit === 'bytes') return format.bytes(value);
  if (unit === 'share') return format.fixed(value, 2);
  if (unit === 'count') return format.number(value);
  return value >= 1000 ? `${format.number(value / 1000)}\u00a0s` : `${format.number(value)}\u00a0ms`;
}
