import { cellText, type Table } from '@calque/report';
import { type Column, fitColumns, tableHead, tableRow } from './text-table.ts';

/** Columns without a single value are left out: a terminal is narrow. */
export function terminalTable(table: Table, language: string): string {
  const rows = table.rows.map((row) =>
    table.columns.map((column, i) => cellText(row[i] ?? null, column, language)),
  );
  const used = table.columns.map((_, i) => rows.some((row) => row[i] !== ''));
  const kept = <T>(values: readonly T[]) => values.filter((_, i) => used[i] === true);
  const columns: Column[] = fitColumns(
    kept(table.columns).map(({ heading, decimals }) => ({
      title: heading,
      align: decimals === undefined ? 'left' : 'right',
    })),
    rows.map(kept),
    32,
  );
  return tableHead(columns) + rows.map((row) => tableRow(columns, kept(row))).join('');
}
