import { calibrationTable, cellText, evaluationTable, type Table } from '@calque/report';
import { formatDuration } from '../output/format-values.ts';
import { type Column, fitColumns, tableHead, tableRow } from '../output/text-table.ts';
import type { ModelEvaluation } from './evaluation-files.ts';

/** What people read on the terminal: means, calibration, and what the time went into. */
export function evaluationText(models: readonly ModelEvaluation[], language: 'en' | 'fr'): string {
  const times = models.map(({ id, spent }) => timeLine(id, spent));
  return [
    turned(evaluationTable(models, language), language),
    textOf(calibrationTable(models, language), language),
    times.join(''),
  ].join('\n');
}

/** Too many columns for a terminal: a block a row of the table, its headings beside the values. */
function turned(table: Table, language: string): string {
  const [model, dataset, size, ...measures] = table.columns;
  if (model === undefined || dataset === undefined || size === undefined) return '';
  const heads = table.rows.map((row) => row.slice(0, 3).join(' · '));
  const columns = [{ heading: '' }, ...heads.map((heading) => ({ heading, decimals: 3 }))];
  const rows = measures.map((column, i) => [
    column.heading,
    ...table.rows.map((row) => cellText(row[i + 3] ?? null, column, language)),
  ]);
  return textOf({ columns, rows }, language);
}

function textOf(table: Table, language: string): string {
  const rows = table.rows.map((row) =>
    row.map((cell, i) => cellText(cell, table.columns[i] ?? { heading: '' }, language)),
  );
  const columns: Column[] = fitColumns(
    table.columns.map(({ heading, decimals }) => ({
      title: heading,
      align: decimals === undefined ? 'left' : 'right',
    })),
    rows,
    40,
  );
  return tableHead(columns) + rows.map((row) => tableRow(columns, row)).join('');
}

function timeLine(
  id: string,
  { images, decodes, wallMs, runtimeMs, runtimeShare }: ModelEvaluation['spent'],
): string {
  if (runtimeShare === null) return `${id}: nothing was left to compute\n`;
  const share = `${(100 * runtimeShare).toFixed(1)} % of it in the runtime (${formatDuration(runtimeMs)})`;
  return `${id}: ${images} images, ${decodes} prompts in ${formatDuration(wallMs)}, ${share}\n`;
}
