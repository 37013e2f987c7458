import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Calibration, MeasuredObject } from '@calque/core';
import { cellText, measuresTable, type Table, tableCsv, tableLatex, tableMarkdown } from '@calque/report';
import type { CliContext } from '../context.ts';
import { nothingMeasured, outputFailed } from '../errors.ts';
import { type Column, fitColumns, tableHead, tableRow } from '../output/text-table.ts';
import { writeText } from '../output/write-text.ts';
import { measuresOfRecords } from './gather-measures.ts';
import { formatOfFile, type MeasureFormat } from './measure-formats.ts';

export interface MeasureSettings {
  readonly sources: readonly string[];
  readonly pixelsPerMm: number | null;
  /** Null: what the ending of `out` says, else a table. */
  readonly format: MeasureFormat | null;
  readonly out: string | null;
  readonly language: 'en' | 'fr';
}

export async function printMeasures(context: CliContext, settings: MeasureSettings): Promise<void> {
  const objects: MeasuredObject[] = [];
  for (const source of settings.sources) objects.push(...(await measuresOfRecords(source, context)));
  if (objects.length === 0) throw nothingMeasured(settings.sources);
  const text = writtenAs(formatOf(settings), objects, settings);
  if (settings.out === null) {
    await writeText(context.stdout, text, context.signal);
    return;
  }
  const file = path.resolve(context.cwd, settings.out);
  await writeFile(file, text).catch((error: unknown) => {
    throw outputFailed(file, error);
  });
}

function formatOf({ format, out }: MeasureSettings): MeasureFormat {
  return format ?? (out === null ? null : formatOfFile(out)) ?? 'table';
}

function writtenAs(
  format: MeasureFormat,
  objects: readonly MeasuredObject[],
  { pixelsPerMm, language }: MeasureSettings,
): string {
  const calibration: Calibration | null =
    pixelsPerMm === null ? null : { lengthPx: pixelsPerMm, lengthMm: 1 };
  const table = measuresTable(objects, { language, calibration });
  switch (format) {
    case 'csv':
      return tableCsv(table);
    case 'markdown':
      return tableMarkdown(table, language);
    case 'latex':
      return tableLatex(table, language);
    case 'json':
      return `${JSON.stringify({ calibration, objects }, null, 2)}\n`;
    case 'table':
      return terminalTable(table, language);
  }
}

/** Columns without a single value are left out: a terminal is narrow. */
function terminalTable(table: Table, language: string): string {
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
