import type { MeasuredObject } from '@calque/core';

export interface MeasuresWords {
  readonly image: string;
  readonly object: string;
  readonly label: string;
  readonly model: string;
  readonly promptBox: string;
  readonly points: string;
  readonly score: string;
  readonly stability: string;
  readonly areaPx: string;
  readonly perimeterPx: string;
  readonly maskBox: string;
  readonly boxOfImage: string;
  readonly maskOfBox: string;
  readonly areaMm2: string;
  readonly perimeterMm: string;
  /** Before the name of a measure. */
  readonly errorOf: (measure: string) => string;
  readonly review: string;
  readonly reviews: Readonly<Record<MeasuredObject['review'], string>>;
  readonly encodeMs: string;
  readonly decodeMs: string;
  readonly totalMs: string;
}

export const MEASURES_WORDS: Readonly<Record<'en' | 'fr', MeasuresWords>> = {
  en: {
    image: 'image',
    object: 'object',
    label: 'label',
    model: 'model',
    promptBox: 'prompt box (px)',
    points: 'points',
    score: 'score',
    stability: 'stability',
    areaPx: 'area (px)',
    perimeterPx: 'perimeter (px)',
    maskBox: 'mask box (px)',
    boxOfImage: 'box/image (%)',
    maskOfBox: 'mask/box (%)',
    areaMm2: 'area (mm²)',
    perimeterMm: 'perimeter (mm)',
    errorOf: (measure) => `± ${measure}`,
    review: 'review',
    reviews: { unreviewed: 'unreviewed', accepted: 'accepted', rejected: 'rejected' },
    encodeMs: 'encode (ms)',
    decodeMs: 'decode (ms)',
    totalMs: 'total (ms)',
  },
  fr: {
    image: 'image',
    object: 'objet',
    label: 'étiquette',
    model: 'modèle',
    promptBox: 'boîte du prompt (px)',
    points: 'points',
    score: 'score',
    stability: 'stabilité',
    areaPx: 'aire (px)',
    perimeterPx: 'périmètre (px)',
    maskBox: 'boîte du masque (px)',
    boxOfImage: 'boîte/image (%)',
    maskOfBox: 'masque/boîte (%)',
    areaMm2: 'aire (mm²)',
    perimeterMm: 'périmètre (mm)',
    errorOf: (measure) => `± ${measure}`,
    review: 'revue',
    reviews: { unreviewed: 'non revu', accepted: 'accepté', rejected: 'rejeté' },
    encodeMs: 'encodage (ms)',
    decodeMs: 'décodage (ms)',
    totalMs: 'total (ms)',
  },
};
