import type { TextKey } from '../i18n/index.ts';
import type { Text } from '../i18n/use-text.ts';
import { clamped } from '../panels/measured-values.ts';
import type { Comparison, Side } from './comparison.ts';

export interface ComparisonRow {
  readonly name: TextKey;
  readonly before: string;
  readonly after: string;
  /** With its sign; empty where one side is missing. */
  readonly change: string;
}

/** The table of a comparison as people read it, on the page and in the picture. */
export function comparisonRows(
  { before, after }: Comparison,
  { format }: Pick<Text, 'format'>,
): ComparisonRow[] {
  const row = (name: TextKey, read: (side: Side) => number | null, decimals: number): ComparisonRow => {
    const [a, b] = [read(before), read(after)];
    const shown = (value: number | null): string => (value === null ? '–' : format.fixed(value, decimals));
    return { name, before: shown(a), after: shown(b), change: changeOf(a, b, decimals, format) };
  };
  return [
    row('compare.score', ({ score }) => (score === null ? null : clamped(score)), 3),
    row('compare.area', ({ areaPx }) => areaPx, 0),
    row('compare.perimeter', ({ perimeterPx }) => perimeterPx, 0),
    row('compare.clicks', ({ effort }) => effort.clicks, 0),
    row('compare.seconds', ({ effort }) => effort.seconds, 0),
  ];
}

function changeOf(a: number | null, b: number | null, decimals: number, format: Text['format']): string {
  if (a === null || b === null) return '';
  // Of what stands in the columns, so that the row adds up.
  const [from, to] = [a, b].map((value) => Number(value.toFixed(decimals))) as [number, number];
  const size = format.fixed(Math.abs(to - from), decimals);
  if (size === format.fixed(0, decimals)) return size;
  return `${to > from ? '+' : '−'}${size}`;
}
