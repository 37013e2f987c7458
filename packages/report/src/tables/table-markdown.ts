import { cellText, isNumeric, type Table } from './table.ts';

/** The table as GitHub writes it in Markdown, numbers to the right and as `locale` writes them. */
export function tableMarkdown({ columns, rows }: Table, locale: string): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;
  return (
    line(columns.map(({ heading }) => escapeMarkdown(heading))) +
    line(columns.map((column) => (isNumeric(column) ? '---:' : ':---'))) +
    rows
      .map((row) =>
        line(columns.map((column, i) => escapeMarkdown(cellText(row[i] ?? null, column, locale)))),
      )
      .join('')
  );
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').replaceAll(/[\\`*_{}[\]<>#|~]/g, '\\$&');
}
