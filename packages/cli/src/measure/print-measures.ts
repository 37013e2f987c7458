import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Calibration, MeasuredObject } from '@calque/core';
import { type MeasuresOptions, measuresTable, tableCsv, tableLatex, tableMarkdown } from '@calque/report';
import type { CliContext } from '../context.ts';
import { nothingMeasured, outputFailed } from '../errors.ts';
import { terminalTable } from '../output/terminal-table.ts';
import { writeText } from '../output/write-text.ts';
import { gatherMeasures } from './gather-measures.ts';
import { formatOfFile, type MeasureFormat } from './measure-formats.ts';

export interface MeasureSettings {
  readonly sources: readonly string[];
  /** Null: what the first dataset says that has a calibration. */
  readonly pixelsPerMm: number | null;
  /** Null: what the ending of `out` says, else a table. */
  readonly format: MeasureFormat | null;
  readonly out: string | null;
  readonly language: 'en' | 'fr';
  readonly quiet: boolean;
}

export async function printMeasures(context: CliContext, settings: MeasureSettings): Promise<void> {
  const objects: MeasuredObject[] = [];
  let calibration: Calibration | null = null;
  for (const source of settings.sources) {
    const gathered = await gatherMeasures(source, context, settings.quiet);
    for (const object of gathered.objects) objects.push(object);
    calibration ??= gathered.calibration;
  }
  if (objects.length === 0) throw nothingMeasured(settings.sources);
  if (settings.pixelsPerMm !== null) calibration = { lengthPx: settings.pixelsPerMm, lengthMm: 1 };
  const text = writtenAs(formatOf(settings), objects, { language: settings.language, calibration });
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
  { language, calibration }: MeasuresOptions,
): string {
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
