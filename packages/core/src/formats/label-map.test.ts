import { describe, expect, test } from 'vitest';
import { decodeRle, encodeRle } from '../mask/rle.ts';
import { maskFromPicture, pictureOfMask } from '../testing/mask-picture.ts';
import { noiseMask } from '../testing/seeded-masks.ts';
import { drawLabelMap, type LabelMap, objectsOfLabelMap } from './label-map.ts';

/** Digits are values, one row a line. */
function mapFromPicture(picture: string): LabelMap {
  const rows = picture
    .trim()
    .split('\n')
    .map((row) => row.trim());
  const data = Uint8Array.from(rows.join(''), Number);
  return { width: rows[0]?.length ?? 0, height: rows.length, data };
}

const map = mapFromPicture(`
  00770
  27702
  22002
`);

describe('a label map', () => {
  test('gives one mask a value, in ascending order, without 0', () => {
    const objects = objectsOfLabelMap(map);
    expect(objects.map(({ value }) => value)).toEqual([2, 7]);
    expect(objects.map(({ mask }) => pictureOfMask(decodeRle(mask)))).toEqual([
      '.....\n#...#\n##..#',
      '..##.\n.##..\n.....',
    ]);
  });

  test('is read without the value that says nothing', () => {
    expect(objectsOfLabelMap(map, 7).map(({ value }) => value)).toEqual([2]);
  });

  test('gives the runs that a mask of the value has', () => {
    const { width, height, data } = noiseMask({ width: 37, height: 23, seed: 3 }, 0.6);
    expect(objectsOfLabelMap({ width, height, data })[0]?.mask).toEqual(encodeRle({ width, height, data }));
  });

  test('is drawn back from its masks', () => {
    const drawn = drawLabelMap(objectsOfLabelMap(map), map);
    expect(Array.from(drawn.map.data)).toEqual(Array.from(map.data));
    expect(drawn.lostPx).toEqual([0, 0]);
  });

  test('says how much of a mask a later one took', () => {
    const of = (picture: string) => encodeRle(maskFromPicture(picture));
    const objects = [
      { value: 4, mask: of('##.\n##.') },
      { value: 9, mask: of('.##\n...') },
      { value: 9, mask: of('..#\n..#') },
    ];
    const { map: drawn, lostPx } = drawLabelMap(objects, { width: 3, height: 2 });
    expect(Array.from(drawn.data)).toEqual([4, 9, 9, 4, 4, 9]);
    expect(lostPx).toEqual([1, 0, 0]);
  });

  test.each([
    ['a value that 16 bits cannot hold', { value: 65_536, mask: encodeRle(maskFromPicture('##\n##')) }],
    ['the background as a value', { value: 0, mask: encodeRle(maskFromPicture('##\n##')) }],
    ['a mask of another size', { value: 1, mask: encodeRle(maskFromPicture('##')) }],
  ])('refuses %s', (_, object) => {
    expect(() => drawLabelMap([object], { width: 2, height: 2 })).toThrow(
      expect.objectContaining({ code: 'label-map-invalid' }),
    );
  });

  test('refuses data of another size', () => {
    expect(() => objectsOfLabelMap({ width: 4, height: 3, data: new Uint8Array(11) })).toThrow(
      expect.objectContaining({ code: 'label-map-invalid' }),
    );
  });
});
