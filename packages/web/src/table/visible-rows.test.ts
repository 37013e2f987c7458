import { describe, expect, test } from 'vitest';
import { formatsOf } from '../i18n/formats.ts';
import { measuredRow } from '../testing/measured-rows.ts';
import { measureColumns } from './measure-columns.ts';
import { nextOrder, type RowOrder, visibleRows } from './visible-rows.ts';

const columns = measureColumns(null);
const all = { search: '', review: 'all' } as const;
const rows = [
  { ...measuredRow(0), image: 'photo-10.jpg', object: 'Tasse', score: 0.7, areaPx: 900 },
  { ...measuredRow(1), image: 'photo-9.jpg', object: 'plate', score: null, areaPx: 20_000 },
  { ...measuredRow(2), image: 'photo-9.jpg', object: 'fork', score: 0.9, areaPx: 70 },
];

function objectsIn(order: RowOrder | null, filter: Parameters<typeof visibleRows>[1] = all) {
  return visibleRows(rows, filter, order, columns).map(({ object }) => object);
}

describe('the rows of the table', () => {
  test('stay as the server has them until a heading is clicked', () => {
    expect(objectsIn(null)).toEqual(['Tasse', 'plate', 'fork']);
  });

  test('are sorted by size of numbers, and by numbers within names', () => {
    expect(objectsIn({ column: 'area', direction: 'ascending' })).toEqual(['fork', 'Tasse', 'plate']);
    expect(objectsIn({ column: 'image', direction: 'ascending' })).toEqual(['plate', 'fork', 'Tasse']);
  });

  test('come last without a value, whichever way they are sorted', () => {
    expect(objectsIn({ column: 'score', direction: 'ascending' })).toEqual(['Tasse', 'fork', 'plate']);
    expect(objectsIn({ column: 'score', direction: 'descending' })).toEqual(['fork', 'Tasse', 'plate']);
  });

  test('are those that mention what is searched, and of the review that is asked for', () => {
    expect(objectsIn(null, { search: ' TASSE ', review: 'all' })).toEqual(['Tasse']);
    expect(objectsIn(null, { search: 'photo-9', review: 'rejected' })).toEqual(['fork']);
  });

  test('go up, down and back as a heading is clicked', () => {
    const up = nextOrder({ column: 'area', direction: 'descending' }, 'score');
    expect(up).toEqual({ column: 'score', direction: 'ascending' });
    const down = nextOrder(up, 'score');
    expect(down).toEqual({ column: 'score', direction: 'descending' });
    expect(nextOrder(down, 'score')).toBeNull();
  });
});

describe('a cell', () => {
  const shown = (
    id: string,
    language: 'en' | 'fr',
    calibration: Parameters<typeof measureColumns>[0] = null,
  ) => {
    const column = measureColumns(calibration).find((one) => one.id === id);
    return column?.show(
      { ...measuredRow(4), promptBox: { x1: 10, y1: 20, x2: 110, y2: 70.25 }, areaPx: 12_345 },
      formatsOf(language),
    );
  };

  test('is written as the language writes it', () => {
    expect([shown('area', 'en'), shown('area', 'fr')]).toEqual(['12,345', '12\u202f345']);
    expect(shown('prompt-box', 'fr')).toBe('10, 20, 110, 70.3');
    expect(shown('box-of-image', 'en')).toBe('0.8%');
  });

  test('is in millimetres after a calibration', () => {
    expect(shown('area-mm', 'en')).toBeUndefined();
    expect(shown('area-mm', 'en', { lengthPx: 50, lengthMm: 10 })).toBe('493.80');
  });
});
