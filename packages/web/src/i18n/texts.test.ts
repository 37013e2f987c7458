import { GESTURES } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { en } from './en.ts';
import { formatsOf } from './formats.ts';
import { fr } from './fr.ts';
import { preferredLanguage, startTranslation } from './index.ts';

const placeholders = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).toSorted();

describe('the texts', () => {
  test('name the same values in both languages', () => {
    const different = Object.entries(en).filter(
      ([key, text]) => placeholders(text).join() !== placeholders(fr[key as keyof typeof en]).join(),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });

  test('have a name for every gesture', () => {
    expect(GESTURES.filter((gesture) => !(`gesture.${gesture}` in en))).toEqual([]);
  });

  test('are typeset as each language is: French has a space before ? ! : ;, English has none', () => {
    const glued = Object.entries(fr).filter(([, text]) => /[^\s:/?]([?!;]|:(?=\s))/.test(text));
    expect(glued.map(([key]) => key)).toEqual([]);
    expect(Object.entries(en).filter(([, text]) => /\s[?!:;]/.test(text))).toEqual([]);
  });

  test('follow the plural of the number', () => {
    const { t } = startTranslation('fr');
    expect([
      t('start.images', { count: 1, number: '1' }),
      t('start.images', { count: 3, number: '3' }),
    ]).toEqual(['1 image', '3 images']);
  });
});

describe('numbers', () => {
  test('are written as the language writes them', () => {
    expect(formatsOf('en').number(42331)).toBe('42,331');
    expect(formatsOf('fr').number(42331)).toBe('42\u202f331');
    expect(formatsOf('fr').fixed(0.974, 2)).toBe('0,97');
  });

  test('of bytes have the unit that keeps them short', () => {
    expect(formatsOf('en').bytes(148_000_000)).toBe('148 MB');
  });
});

test('the first language of the browser that Calque speaks is taken', () => {
  expect(preferredLanguage(['de-CH', 'fr-CH', 'en'])).toBe('fr');
  expect(preferredLanguage(['ja'])).toBe('en');
});
