import { reportTextsEn } from './report-texts.en.ts';
import { reportTextsFr } from './report-texts.fr.ts';

export type Language = 'en' | 'fr';
export const LANGUAGES: readonly Language[] = ['en', 'fr'];

type Key = keyof typeof reportTextsEn;
/** A text that comes in `_one` and `_other` is named without its ending, and takes a `count`. */
export type TextName = Key extends infer Name
  ? Name extends `${infer Stem}_one` | `${infer Stem}_other`
    ? Stem
    : Name
  : never;
type Parameters = Readonly<Record<string, string | number>>;

export type ReportText = (name: TextName, parameters?: Parameters) => string;

const TEXTS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: reportTextsEn,
  fr: reportTextsFr,
};

export function reportText(language: Language): ReportText {
  const texts = TEXTS[language];
  const plurals = new Intl.PluralRules(language);
  return (name, parameters = {}) => {
    const { count } = parameters;
    // French says "many" of millions, which reads as "other" here.
    const form = typeof count === 'number' && plurals.select(count) === 'one' ? 'one' : 'other';
    const text = texts[name] ?? texts[`${name}_${form}`] ?? name;
    return text.replaceAll(/\{\{([a-z0-9-]+)\}\}/g, (whole, key: string) => String(parameters[key] ?? whole));
  };
}
