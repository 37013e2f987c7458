import type { Language } from '../i18n/index.ts';

/** Date and time to the minute, as the language writes them. */
export function momentText(iso: string, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}
