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

/** Number formats of a language, made once and when they are first used: `Intl` objects are expensive. */
export function formatsOf(language: Language): Formats {
  const known = cache.get(language);
  if (known !== undefined) return known;
  const made = makeFormats(language);
  cache.set(language, made);
  return made;
}

const cache = new Map<Language, Formats>();
const MOST_DECIMALS = 6;
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

function makeFormats(language: Language): Formats {
  const numbers = new Map<string, Intl.NumberFormat>();
  const numberFormat = (options: Intl.NumberFormatOptions): Intl.NumberFormat => {
    const key = JSON.stringify(options);
    const format = numbers.get(key) ?? new Intl.NumberFormat(language, options);
    numbers.set(key, format);
    return format;
  };
  let time: Intl.DateTimeFormat | undefined;
  return {
    number: (value) => numberFormat({ maximumFractionDigits: 1 }).format(value),
    fixed: (value, decimals) => {
      const digits = Math.min(decimals, MOST_DECIMALS);
      return numberFormat({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
    },
    percent: (share) => numberFormat({ style: 'percent', maximumFractionDigits: 1 }).format(share),
    bytes: (sizeBytes) => {
      const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, sizeBytes)) / 3));
      const unit = UNITS[power] ?? 'byte';
      const format = numberFormat({ style: 'unit', unit, maximumFractionDigits: 1 });
      return format.format(sizeBytes / 1000 ** power);
    },
    time: (iso) => {
      time ??= new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });
      return time.format(new Date(iso));
    },
  };
}
