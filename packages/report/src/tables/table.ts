/** A table as data: what every written form is made of. */
export interface Table {
  readonly columns: readonly TableColumn[];
  /** One cell a column; null is an empty cell. */
  readonly rows: readonly (readonly TableCell[])[];
}

export type TableCell = string | number | null;

export interface TableColumn {
  /** In the language of the reader, with its unit. */
  readonly heading: string;
  /** Decimals of numbers where people read them; CSV keeps every digit. Absent: a column of texts. */
  readonly decimals?: number;
}

/** How a cell is written for people. `locale`: BCP 47. */
export function cellText(cell: TableCell, { decimals = 0 }: TableColumn, locale: string): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  if (!Number.isFinite(cell)) return '';
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(cell);
}

export function isNumeric({ decimals }: TableColumn): boolean {
  return decimals !== undefined;
}
