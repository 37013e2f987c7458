import { describe, expect, test } from 'vitest';
import { ious, keptText, roundTripExchange } from '../testing/round-trip-masks.ts';
import { readCoco, writeCoco } from './coco.ts';

const small = () => ({
  images: [{ id: 7, width: 5, height: 3, file_name: 'a/b.jpg' }],
  categories: [{ id: 3, name: 'wheel' }],
  annotations: [
    { id: 1, image_id: 7, category_id: 3, segmentation: { size: [3, 5], counts: [4, 2, 9] } as unknown },
  ],
});

describe('COCO', () => {
  test.each(['rle', 'counts', 'polygons'] as const)(
    'as %s gives back every pixel, name, label and score',
    (form) => {
      const exchange = roundTripExchange();
      const file: unknown = JSON.parse(JSON.stringify(writeCoco(exchange, { segmentation: form })));
      const { images, labels, faults } = readCoco(file);
      expect(faults).toEqual([]);
      expect(labels).toEqual(exchange.labels);
      expect(images.map(({ path, size }) => ({ path, size }))).toEqual(
        exchange.images.map(({ path, size }) => ({ path, size })),
      );
      const [before, after] = [exchange.images, images].map((list) => list.flatMap(({ objects }) => objects));
      const kept = ious(before ?? [], after ?? []);
      console.info(keptText(`COCO, ${form}`, kept));
      expect(kept.every((iou) => iou === 1)).toBe(true);
      const said = (objects: typeof before) => objects?.map(({ name, label, score }) => [name, label, score]);
      expect(said(after)).toEqual(said(before));
    },
  );

  test('takes polygons, of which the union counts', () => {
    const file = small();
    const [annotation] = file.annotations;
    if (annotation !== undefined) {
      annotation.segmentation = [
        [1, 1, 3, 1, 3, 2, 1, 2],
        [2, 1, 4, 1, 4, 3, 2, 3],
      ];
    }
    expect(readCoco(file).images[0]?.objects[0]?.mask.counts).toEqual(Uint32Array.of(4, 1, 2, 2, 1, 2, 3));
  });

  test('joins runs of length 0 in the middle of counts', () => {
    const file = small();
    file.annotations[0] = {
      ...file.annotations[0],
      segmentation: { size: [3, 5], counts: [4, 1, 0, 1, 9] },
    } as never;
    expect(readCoco(file).images[0]?.objects[0]?.mask.counts).toEqual(Uint32Array.of(4, 2, 9));
  });

  test.each([
    ['an image that is not listed', { image_id: 8 }, '$.annotations[1].image_id'],
    ['a category that is not listed', { category_id: 'x' }, '$.annotations[1].category_id'],
    [
      'run lengths of another size',
      { segmentation: { size: [5, 3], counts: [15] } },
      '$.annotations[1].segmentation.size',
    ],
    [
      'run lengths that do not add up',
      { segmentation: { size: [3, 5], counts: [4, 2] } },
      '$.annotations[1].segmentation.counts',
    ],
    [
      'compressed run lengths that are cut',
      { segmentation: { size: [3, 5], counts: '4`' } },
      '$.annotations[1].segmentation.counts',
    ],
    ['a polygon of two corners', { segmentation: [[1, 1, 2, 2]] }, '$.annotations[1].segmentation[0]'],
    ['a corner far outside', { segmentation: [[1, 1, 2, 2, 3, 900]] }, '$.annotations[1].segmentation[0][5]'],
    ['no segmentation', { segmentation: undefined }, '$.annotations[1].segmentation'],
    ['no polygon', { segmentation: [] }, '$.annotations[1].segmentation'],
  ])('says where %s is, and reads the others', (_, change, place) => {
    const file = small();
    const faulty = { ...file.annotations[0], id: 2, ...change };
    const { images, faults } = readCoco({
      ...file,
      annotations: [file.annotations[0], faulty, file.annotations[0]],
    });
    expect(faults.map((fault) => fault.place)).toEqual([place]);
    expect(images[0]?.objects).toHaveLength(2);
  });

  test.each([
    ['no object', [], '$'],
    ['no images', { ...small(), images: undefined }, '$.images'],
    [
      'an image without a width',
      { ...small(), images: [{ id: 7, height: 3, file_name: 'a' }] },
      '$.images[0].width',
    ],
    [
      'an image of impossible size',
      { ...small(), images: [{ id: 1, width: 1e9, height: 3, file_name: 'a' }] },
      '$.images[0].width',
    ],
    [
      'two images of one id',
      { ...small(), images: [small().images[0], small().images[0]] },
      '$.images[1].id',
    ],
    ['no annotations', { ...small(), annotations: 'none' }, '$.annotations'],
  ])('refuses a file with %s', (_, file, place) => {
    expect(() => readCoco(file)).toThrow(
      expect.objectContaining({ code: 'format-invalid', details: expect.objectContaining({ place }) }),
    );
  });
});
