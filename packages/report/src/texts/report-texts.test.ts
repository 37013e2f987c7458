import { expect, test } from 'vitest';
import { reportTextsEn } from './report-texts.en.ts';
import { reportTextsFr } from './report-texts.fr.ts';

const names = (text: string) => (text.match(/\{\{[a-z0-9-]+\}\}/g) ?? []).sort();

test('both languages put the same values into each text', () => {
  for (const [key, text] of Object.entries(reportTextsEn)) {
    expect([key, names(reportTextsFr[key as keyof typeof reportTextsEn])]).toEqual([key, names(text)]);
  }
});

test('French spaces its signs as French does', () => {
  for (const [key, text] of Object.entries(reportTextsFr)) {
    expect([key, /[^\s\u00a0\u202f][;:?!»](\s|$)|'/.test(text.replaceAll('`', ''))]).toEqual([key, false]);
  }
});
