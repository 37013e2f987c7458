import type { DriftQuantity } from '@calque/api';
import type { Formats } from '../i18n/formats.ts';

/** A value of a quantity, as people write it: shares with digits, brightness and boxes as percentages, sizes in megapixels. */
export function quantityText(value: number | null, quantity: DriftQuantity, format: Formats): string {
  if (value === null) return '–';
  if (quantity === 'image-px') return `${format.fixed(value / 1e6, 2)}\u00a0Mpx`;
  return quantity === 'score' || quantity === 'stability' ? format.fixed(value, 3) : format.percent(value);
}
