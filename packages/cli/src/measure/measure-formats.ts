/** How a table of measures can be written; `table` is for the terminal. */
export const MEASURE_FORMATS = ['table', 'csv', 'markdown', 'latex', 'json'] as const;

export type MeasureFormat = (typeof MEASURE_FORMATS)[number];

const ENDINGS: Readonly<Record<string, MeasureFormat>> = {
  csv: 'csv',
  md: 'markdown',
  tex: 'latex',
  json: 'json',
  txt: 'table',
};

/** What the ending of a file's name asks for; null where it says nothing. */
export function formatOfFile(file: string): MeasureFormat | null {
  return ENDINGS[/\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase() ?? ''] ?? null;
}
