import type { MeasuredObject } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { measuresTable } from './measures-table.ts';

const object: MeasuredObject = {
  image: 'truck.jpg',
  size: { width: 200, height: 100 },
  object: 'wheel',
  label: 'part',
  model: 'sam2-hiera-tiny',
  promptBox: { x1: 150, y1: 20, x2: 250, y2: 60.25 },
  points: [
    { x: 160.5, y: 30.5, label: 'foreground' },
    { x: 190.25, y: 50, label: 'background' },
  ],
  score: 0.97,
  stability: 0.95,
  areaPx: 1610,
  perimeterPx: 170.5,
  maskBox: { x1: 151, y1: 21, x2: 199, y2: 59 },
  areaErrorPx: null,
  perimeterErrorPx: null,
  review: 'accepted',
  encodeMs: 2100,
  decodeMs: 42.5,
  totalMs: 2200,
};

function row(
  changes: Partial<MeasuredObject>,
  calibration: { lengthPx: number; lengthMm: number } | null = null,
) {
  const { columns, rows } = measuresTable([{ ...object, ...changes }], { language: 'en', calibration });
  return Object.fromEntries(columns.map(({ heading }, i) => [heading, rows[0]?.[i]]));
}

describe('the table of measures', () => {
  test('has the prompt box as it was given, and shares of the part on the image', () => {
    expect(row({})).toMatchObject({
      'prompt box (px)': '150,20,250,60.25',
      'mask box (px)': '151,21,199,59',
      'box/image (%)': (100 * 50 * 40.25) / 20_000,
      'mask/box (%)': (100 * 1610) / (50 * 40.25),
      points: '(+ 160.5,30.5) (− 190.25,50)',
      review: 'accepted',
    });
  });

  test('leaves cells without a value empty', () => {
    expect(row({ promptBox: null, points: [], score: null, maskBox: null })).toMatchObject({
      'prompt box (px)': null,
      'box/image (%)': null,
      'mask/box (%)': null,
      'mask box (px)': null,
      points: null,
      score: null,
    });
  });

  test('has millimetres after a calibration, and errors where one is known', () => {
    const calibration = { lengthPx: 50, lengthMm: 20 };
    const without = row({}, calibration);
    expect(without['area (mm²)']).toBeCloseTo(1610 / 6.25, 9);
    expect(without['perimeter (mm)']).toBeCloseTo(170.5 / 2.5, 9);
    expect(Object.keys(without)).not.toContain('± area (mm²)');
    expect(row({ areaErrorPx: 125 }, calibration)['± area (mm²)']).toBeCloseTo(20, 9);
    expect(Object.keys(row({}))).not.toContain('area (mm²)');
  });

  test('has headings in French', () => {
    const { columns, rows } = measuresTable([object], { language: 'fr', calibration: null });
    expect(columns.map(({ heading }) => heading)).toContain('boîte du prompt (px)');
    expect(rows[0]).toContain('accepté');
  });
});
