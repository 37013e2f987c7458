import type { WireMeasuredRow } from '@calque/api';
import type { MeasureColumn } from './measure-columns.ts';

export interface RowFilter {
  /** Part of the image's path, the object's name or its label, whatever the case. */
  readonly search: string;
  readonly review: WireMeasuredRow['review'] | 'all';
}

export interface RowOrder {
  readonly column: string;
  readonly direction: 'ascending' | 'descending';
}

/** The rows that fit, in order. Rows without a value come last in both directions; equal ones keep the server's order. */
export function visibleRows(
  rows: readonly WireMeasuredRow[],
  { search, review }: RowFilter,
  order: RowOrder | null,
  columns: readonly MeasureColumn[],
): readonly WireMeasuredRow[] {
  const wanted = search.trim().toLocaleLowerCase();
  const kept = rows.filter(
    (row) => (review === 'all' || row.review === review) && (wanted === '' || mentions(row, wanted)),
  );
  const column = columns.find(({ id }) => id === order?.column);
  if (order === null || column === undefined) return kept;
  return sortedBy(kept, column.valueOf, order.direction === 'ascending' ? 1 : -1);
}

function mentions({ image, object, label }: WireMeasuredRow, wanted: string): boolean {
  return `${image}\n${object}\n${label ?? ''}`.toLocaleLowerCase().includes(wanted);
}

const collator = new Intl.Collator(undefined, { numeric: true });

function sortedBy(
  rows: readonly WireMeasuredRow[],
  keyOf: MeasureColumn['valueOf'],
  sign: 1 | -1,
): WireMeasuredRow[] {
  const keyed = rows.map((row) => ({ row, value: keyOf(row) }));
  keyed.sort((a, b) => {
    const [noA, noB] = [isMissing(a.value), isMissing(b.value)];
    if (noA || noB) return Number(noA) - Number(noB);
    return sign * compared(a.value, b.value);
  });
  return keyed.map(({ row }) => row);
}

function isMissing(value: string | number | null): boolean {
  return value === null || value === '';
}

function compared(a: string | number | null, b: string | number | null): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));
}

/** What a click on a heading does: up, then down, then as the server has them. */
export function nextOrder(order: RowOrder | null, column: string): RowOrder | null {
  if (order?.column !== column) return { column, direction: 'ascending' };
  return order.direction === 'ascending' ? { column, direction: 'descending' } : null;
}
