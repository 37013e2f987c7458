import { describe, expect, test } from 'vitest';
import { encodeRle } from '../mask/rle.ts';
import { maskFromPicture } from '../testing/mask-picture.ts';
import { ious, keptText, roundTripExchange } from '../testing/round-trip-masks.ts';
import { type Exchange, type ExchangeObject, numberedLabels } from './exchange.ts';
import { readGeoJson, writeGeoJson } from './geo-json.ts';
import { drawLabelMap, objectsOfLabelMap } from './label-map.ts';
import { labelMePictures, readLabelMe, writeLabelMe } from './label-me.ts';
import { readYoloLabels, writeYoloLabels } from './yolo.ts';

const exchange = roundTripExchange();
const before = exchange.images.flatMap(({ objects }) => objects);
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function keeps(format: string, after: readonly ExchangeObject[]): void {
  const kept = ious(before, after);
  console.info(keptText(format, kept));
  expect(kept.filter((iou) => iou !== 1)).toEqual([]);
}

function said(objects: readonly ExchangeObject[], ...names: readonly (keyof ExchangeObject)[]): unknown {
  return objects.map((object) => names.map((name) => object[name]));
}

describe('every pixel comes back', () => {
  test('from YOLO, with its label', () => {
    const labels = numberedLabels(exchange);
    const after = exchange.images.flatMap(({ objects, size }) => {
      const reading = readYoloLabels(writeYoloLabels(objects, size, labels), size, labels);
      expect(reading.faults).toEqual([]);
      return reading.objects;
    });
    keeps('YOLO segmentation', after);
    expect(said(after, 'label')).toEqual(said(before, 'label'));
  });

  test('from LabelMe, with name, label and score', () => {
    const readings = exchange.images.map((image) => readLabelMe(asJson(writeLabelMe(image))));
    expect(readings.flatMap(({ faults }) => faults)).toEqual([]);
    const after = readings.flatMap(({ objects }) => objects);
    keeps('LabelMe', after);
    expect(said(after, 'name', 'label', 'score')).toEqual(said(before, 'name', 'label', 'score'));
  });

  test('from GeoJSON, with name, label and score', () => {
    const readings = exchange.images.map((image) => readGeoJson(asJson(writeGeoJson(image))));
    expect(readings.map(({ path, size }) => ({ path, size }))).toEqual(
      exchange.images.map(({ path, size }) => ({ path, size })),
    );
    const after = readings.flatMap(({ objects }) => objects);
    keeps('GeoJSON', after);
    expect(said(after, 'name', 'label', 'score')).toEqual(said(before, 'name', 'label', 'score'));
  });

  test('from label maps of objects that do not overlap', () => {
    const after = exchange.images.flatMap(({ objects, size }) => {
      const numbered = objects.map(({ mask }, index) => ({ value: index + 1, mask }));
      return objectsOfLabelMap(drawLabelMap(numbered, size).map).map(({ mask }) => ({ ...objects[0], mask }));
    });
    keeps('label map', after as ExchangeObject[]);
  });
});

const size = { width: 8, height: 5 };
const square = [
  [1, 1],
  [4, 1],
  [4, 4],
  [1, 4],
];
const squareMask = encodeRle(maskFromPicture('........\n.###....\n.###....\n.###....\n........'));

describe('YOLO', () => {
  test.each([
    ['a class that has no name', '2 0 0 1 0 1 1', 'line 2'],
    ['a box', '0 0.5 0.5 0.2 0.2', 'line 2'],
    ['an odd number of coordinates', '0 0 0 1 0 1 1 0.5', 'line 2'],
    ['pixels instead of fractions', '0 0 0 7 0 7 5', 'line 2'],
    ['a word', '0 0 0 1 0 1 one', 'line 2'],
  ])('says where %s is, and reads the others', (_, line, place) => {
    const good = '1 0.125 0.2 0.5 0.2 0.5 0.8 0.125 0.8';
    const { objects, faults } = readYoloLabels(`${good}\r\n${line}\n\n${good}\n`, size, ['wheel', 'tyre']);
    expect(faults.map((fault) => fault.place)).toEqual([place]);
    expect(objects.map(({ label, mask }) => [label, mask])).toEqual([
      ['tyre', squareMask],
      ['tyre', squareMask],
    ]);
  });

  test('has no line for an object without pixels', () => {
    const empty = { ...(before[0] as ExchangeObject), mask: encodeRle(maskFromPicture('...')) };
    expect(writeYoloLabels([empty], { width: 3, height: 1 }, ['wheel'])).toBe('');
  });
});

describe('LabelMe', () => {
  const file = (...shapes: unknown[]) => ({ imagePath: 'a.jpg', imageWidth: 8, imageHeight: 5, shapes });

  test('takes rectangles, circles and masks', () => {
    const rectangle = {
      label: 'r',
      shape_type: 'rectangle',
      points: [
        [1, 1],
        [4, 4],
      ],
    };
    const circle = {
      label: 'c',
      shape_type: 'circle',
      points: [
        [2.5, 2.5],
        [2.5, 3.9],
      ],
    };
    const mask = {
      label: 'm',
      shape_type: 'mask',
      points: [
        [1, 1],
        [3, 3],
      ],
      mask: 'UE5H',
    };
    const pictures = new Map([['UE5H', maskFromPicture('###\n###\n###')]]);
    const read = file(rectangle, circle, mask);
    expect(labelMePictures(read)).toEqual(['UE5H']);
    const { objects, faults } = readLabelMe(read, pictures);
    expect(faults).toEqual([]);
    expect(objects.map((object) => object.mask)).toEqual([
      squareMask,
      // The corners' centres are 1.41 away, more than the radius.
      encodeRle(maskFromPicture('........\n..#.....\n.###....\n..#.....\n........')),
      squareMask,
    ]);
  });

  test('joins shapes of one group and label', () => {
    const of = (label: string, group: number | null, points: unknown) => ({ label, group_id: group, points });
    const other = square.map(([x = 0, y = 0]) => [x + 3, y]);
    const { objects } = readLabelMe(
      file(of('w', 3, square), of('w', 3, other), of('v', 3, square), of('w', null, square)),
    );
    expect(objects.map(({ label }) => label)).toEqual(['w', 'v', 'w']);
    expect(objects[0]?.mask).toEqual(
      encodeRle(maskFromPicture('........\n.######.\n.######.\n.######.\n........')),
    );
  });

  test.each([
    ['a line', { label: 'l', shape_type: 'linestrip', points: square }, '$.shapes[1].shape_type'],
    [
      'two points',
      {
        label: 'l',
        points: [
          [1, 1],
          [2, 2],
        ],
      },
      '$.shapes[1].points',
    ],
    ['a point of one number', { label: 'l', points: [[1], [2, 2], [3, 3]] }, '$.shapes[1].points[0]'],
    [
      'a picture that is none',
      { label: 'l', shape_type: 'mask', points: square, mask: '?' },
      '$.shapes[1].mask',
    ],
    ['no label', { points: square }, '$.shapes[1].label'],
  ])('says where %s is, and reads the others', (_, shape, place) => {
    const { objects, faults } = readLabelMe(file({ label: 'w', points: square }, shape));
    expect(faults.map((fault) => fault.place)).toEqual([place]);
    expect(objects.map(({ mask }) => mask)).toEqual([squareMask]);
  });
});

describe('GeoJSON', () => {
  const feature = (geometry: unknown, properties: unknown = null) => ({
    type: 'Feature',
    geometry,
    properties,
  });
  const polygon = { type: 'Polygon', coordinates: [[...square, square[0]]] };
  const file = (...features: unknown[]) => ({ type: 'FeatureCollection', features });
  const known = { path: 'a.jpg', size };

  test('takes polygons and the classification of QuPath', () => {
    const properties = { classification: { name: 'Tumor' }, name: 'first' };
    const { objects, path } = readGeoJson(file(feature(polygon, properties)), known);
    expect({ path, objects }).toEqual({
      path: 'a.jpg',
      objects: [{ name: 'first', label: 'Tumor', score: null, mask: squareMask }],
    });
  });

  test.each([
    ['a point', feature({ type: 'Point', coordinates: [1, 1] }), '$.features[0].geometry.type'],
    [
      'an open triangle',
      feature({
        type: 'Polygon',
        coordinates: [
          [
            [1, 1],
            [2, 2],
            [3, 1],
          ],
        ],
      }),
      '$.features[0].geometry.coordinates[0]',
    ],
    [
      'degrees of another world',
      feature({ type: 'Polygon', coordinates: [[...square, [1e6, 2]]] }),
      '$.features[0].geometry.coordinates[0][4][0]',
    ],
  ])('says where %s is, and reads the others', (_, wrong, place) => {
    const { objects, faults } = readGeoJson(file(wrong, feature(polygon)), known);
    expect(faults.map((fault) => fault.place)).toEqual([place]);
    expect(objects).toHaveLength(1);
  });

  test('wants to know its image', () => {
    expect(() => readGeoJson(file())).toThrow(expect.objectContaining({ code: 'format-invalid' }));
  });
});

test('labels keep their numbers, and objects without one are numbered last', () => {
  const objects = [
    { ...(before[0] as ExchangeObject), label: 'new' },
    { ...(before[0] as ExchangeObject), label: null },
  ];
  const given: Exchange = { labels: ['b', 'a'], images: [{ path: 'x', size, objects }] };
  expect(numberedLabels(given)).toEqual(['b', 'a', 'new', 'unlabelled']);
});
