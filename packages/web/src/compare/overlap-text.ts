import type { Text } from '../i18n/use-text.ts';

/** Masks that differ by a pixel are not said to be the same: 1.000 is written for equal ones alone. */
export function overlapText(overlap: number, { format }: Pick<Text, 'format'>): string {
  return format.fixed(overlap < 1 ? Math.min(overlap, 0.999) : 1, 3);
}
