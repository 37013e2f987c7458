import type { Language } from './index.ts';

export interface Formats {
  number(value: number): string;
  /** With exactly this many decimals. */
  fixed(value: number, decimals: number): string;
  /** Of a share from 0 to 1. */
  percent(share: number): string;
  bytes(sizeBytes: number): string;
  time(iso: string): string;
}

/** Number formats of a language, made once: `Intl` objects are expensive. */
export function formatsOf(language: Language): Formats {
  const known = cache.get(language);
  if (known !== undefined) return known;
  const made = makeFormats(language);
  cache.set(language, made);
  return made;
}

const cache = new Map<Language, Formats>();

function makeFormats(language: Language): Formats {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  const fixed = [0, 1, 2, 3, 4, 5, 6].map(
    (digits) =>
      new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
  const sizes = (['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const).map(
    (unit) => new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }),
  );
  return {
    number: (value) => number.format(value),
    fixed: (value, decimals) => (fixed[decimals] ?? number).format(value),
    percent: (share) => percent.format(share),
    bytes: (sizeBytes) => {
      const power = Math.min(3, Math.floor(Math.log10(Math.max(1, sizeBytes)) / 3));
      return (sizes[power] ?? number).format(sizeBytes / 1000 ** power);
    },
    time: (iso) => time.format(new Date(iso)),
  };
}
