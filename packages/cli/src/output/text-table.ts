import { printableText } from '../printable-text.ts';

export interface Column {
  readonly title: string;
  /** Characters; values that are longer are cut. */
  readonly width: number;
  readonly align: 'left' | 'right';
  /** Which end of a value that is too long is worth keeping. */
  readonly keep?: 'start' | 'end';
}

/** Columns wide enough for every row, at most `limit` characters each. */
export function fitColumns(
  columns: readonly Omit<Column, 'width'>[],
  rows: readonly (readonly string[])[],
  limit: number,
): Column[] {
  return columns.map((column, i) => ({
    ...column,
    width: Math.min(
      limit,
      Math.max(column.title.length, ...rows.map((row) => printableText(row[i] ?? '').length)),
    ),
  }));
}

export function tableHead(columns: readonly Column[]): string {
  const titles = tableRow(
    columns,
    columns.map((column) => column.title),
  );
  return `${titles}${columns.map((column) => '-'.repeat(column.width)).join('  ')}\n`;
}

export function tableRow(columns: readonly Column[], values: readonly string[]): string {
  const cells = columns.map((column, i) => formatCell(column, printableText(values[i] ?? '')));
  return `${cells.join('  ').trimEnd()}\n`;
}

function formatCell({ width, align, keep }: Column, value: string): string {
  const text = value.length <= width ? value : cut(value, width, keep ?? 'start');
  return align === 'left' ? text.padEnd(width) : text.padStart(width);
}

function cut(text: string, width: number, keep: 'start' | 'end'): string {
  return keep === 'start' ? `${text.slice(0, width - 1)}…` : `…${text.slice(text.length - width + 1)}`;
}
