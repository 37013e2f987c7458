import { describe, expect, test } from 'vitest';
import { formatsOf } from '../i18n/formats.ts';
import { type Language, startTranslation } from '../i18n/index.ts';
import type { Text } from '../i18n/use-text.ts';
import { readingText } from './reading-text.ts';

function textIn(language: Language): Text {
  const { t } = startTranslation(language);
  const say = (key: string, values = {}): string => t(key, values);
  return Object.assign(say, { language, format: formatsOf(language), ofData: say });
}

const plain = (sentence: string): string => sentence.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('the sentence of a reading', () => {
  test.each([
    [
      'en',
      'Stable: every box gives about the same mask (IoU 0.93 or more). Changes up to 20% keep an IoU of 0.9.',
    ],
    [
      'fr',
      'Stable : toutes les boîtes donnent à peu près le même masque (IoU d’au moins 0,93). Jusqu’à 20 % d’écart, l’IoU reste d’au moins 0,9.',
    ],
  ] as const)('that all is well, in %s', (language, sentence) => {
    const reading = { finding: 'stable', iou: 0.934 } as const;
    expect(plain(readingText({ reading, steadyChange: 0.2 }, textIn(language)))).toBe(sentence);
  });

  test.each([
    ['grown', 0.1, 'grows by 10%', 'grandit de 10 %'],
    ['shrunk', -0.1, 'shrinks by 10%', 'rétrécit de 10 %'],
    ['shifted-x', -0.05, 'moves left by 5%', 'se déplace de 5 % vers la gauche'],
    ['shifted-x', 0.05, 'moves right by 5%', 'se déplace de 5 % vers la droite'],
    ['shifted-y', -0.05, 'moves up by 5%', 'se déplace de 5 % vers le haut'],
    ['shifted-y', 0.05, 'moves down by 5%', 'se déplace de 5 % vers le bas'],
  ] as const)('names where the mask jumps: %s by %f', (kind, change, english, french) => {
    const reading = { finding: 'jumps', kind, change, iou: 0.31 } as const;
    const say = (language: Language) => plain(readingText({ reading, steadyChange: 0 }, textIn(language)));
    expect(say('en')).toBe(
      `When the box ${english}, the model answers with another mask (IoU 0.31). The smallest change tried is already too much for an IoU of 0.9.`,
    );
    expect(say('fr')).toContain(`Quand la boîte ${french}, le modèle répond par un autre masque (IoU 0,31).`);
  });

  test.each([
    [{ finding: 'none' }, 'Nothing was decoded.'],
    [{ finding: 'differs-already', iou: 0.4 }, 'it was painted or chosen otherwise'],
    [{ finding: 'grows-with-box', areaRatio: 1.5, iou: 0.8 }, '1.50 times the area'],
    [{ finding: 'sensitive-to-shift', axis: 'x', iou: 0.85 }, 'too far left or right: IoU down to 0.85'],
    [{ finding: 'sensitive-to-shift', axis: 'y', iou: 0.85 }, 'too high or too low: IoU down to 0.85'],
    [{ finding: 'sensitive-to-size', kind: 'grown', iou: 0.85 }, 'too large: IoU down to 0.85'],
    [{ finding: 'sensitive-to-size', kind: 'shrunk', iou: 0.85 }, 'too small: IoU down to 0.85'],
  ] as const)('%j', (reading, part) => {
    expect(readingText({ reading, steadyChange: 0.1 }, textIn('en'))).toContain(part);
  });
});
