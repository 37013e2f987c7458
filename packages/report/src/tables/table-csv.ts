import type { Table, TableCell } from './table.ts';

/**
 * The table as CSV (RFC 4180): commas, CRLF, headings first, numbers with a point and every digit. A text that a spreadsheet would
 * take for a formula gets an apostrophe before it.
 */
export function tableCsv({ columns, rows }: Table): string {
  const lines = [columns.map(({ heading }) => heading), ...rows];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(cell: TableCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
