import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Formats, formatsOf } from './formats.ts';
import type { Language, TextKey } from './index.ts';

export type TextValues = Readonly<Record<string, string | number>>;

export interface Text {
  (key: TextKey, values?: TextValues): string;
  readonly language: Language;
  readonly format: Formats;
  /** For keys that come as data: notices, commands. The key itself where there is no such text. */
  readonly ofData: (key: string, values?: TextValues) => string;
}

/** Texts and number formats in the language of the moment; a component that uses it follows a switch at once. */
export function useText(): Text {
  const { t, i18n } = useTranslation();
  const language = i18n.language as Language;
  return useMemo(() => {
    const format = formatsOf(language);
    const ofData = (key: string, values: TextValues = {}): string => t(key, shown(values, format));
    return Object.assign((key: TextKey, values?: TextValues) => ofData(key, values), {
      language,
      format,
      ofData,
    });
  }, [t, language]);
}

/** Numbers in sentences are written as the language writes them; `count` stays a number, the plural hangs on it. */
function shown(values: TextValues, format: Formats): Record<string, string | number> {
  const entries = Object.entries(values).map(([name, value]) => [
    name,
    typeof value === 'number' && name !== 'count' ? format.number(value) : value,
  ]);
  const { count } = values;
  return {
    ...Object.fromEntries(entries),
    ...(typeof count === 'number' ? { number: format.number(count) } : {}),
  };
}
