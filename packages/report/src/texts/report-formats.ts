import type { BoxXyxy } from '@calque/core';
import type { Language } from './report-texts.ts';

/** Numbers, dates and coordinates as a language writes them. */
export interface ReportFormats {
  integer(value: number): string;
  fixed(value: number, decimals: number): string;
  /** Of a share from 0 to 1. */
  percent(share: number): string;
  bytes(sizeBytes: number): string;
  date(iso: string): string;
  /** x1, y1, x2, y2; exact, without grouping, so that it can be typed in again. */
  box(box: BoxXyxy): string;
  coordinate(value: number): string;
  /** Between two coordinates. */
  readonly separator: string;
  size(size: { readonly width: number; readonly height: number }): string;
}

const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', fr: 'fr-FR' };

export function reportFormats(language: Language): ReportFormats {
  const locale = LOCALES[language];
  const fixed = new Map<number, Intl.NumberFormat>();
  const exact = new Intl.NumberFormat(locale, { maximumFractionDigits: 2, useGrouping: false });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  const withDecimals = (value: number, decimals: number): string => {
    let format = fixed.get(decimals);
    if (format === undefined) {
      format = new Intl.NumberFormat(locale, {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      fixed.set(decimals, format);
    }
    return format.format(value);
  };
  const separator = language === 'fr' ? ' ; ' : ', ';
  return {
    integer: (value) => withDecimals(value, 0),
    fixed: withDecimals,
    percent: (share) => percent.format(share),
    bytes: (sizeBytes) => bytesText(sizeBytes, language, withDecimals),
    date: (iso) => `${date.format(new Date(iso))} UTC`,
    box: ({ x1, y1, x2, y2 }) => [x1, y1, x2, y2].map((value) => exact.format(value)).join(separator),
    coordinate: (value) => exact.format(value),
    separator,
    size: ({ width, height }) => `${exact.format(width)} × ${exact.format(height)}`,
  };
}

const UNITS: Readonly<Record<Language, readonly string[]>> = {
  en: ['B', 'kB', 'MB', 'GB', 'TB'],
  fr: ['o', 'ko', 'Mo', 'Go', 'To'],
};

function bytesText(
  sizeBytes: number,
  language: Language,
  fixed: (value: number, decimals: number) => string,
): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, sizeBytes)) / 3));
  return `${fixed(sizeBytes / 1000 ** power, power === 0 ? 0 : 1)}\u00A0${UNITS[language][power]}`;
}
