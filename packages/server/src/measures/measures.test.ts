import { afterEach, describe, expect, test } from 'vitest';
import { ServerHarness } from '../testing/server-harness.ts';
import { created, testAnnotation } from '../testing/storage-contract.ts';

let harness: ServerHarness;
afterEach(async () => {
  expect(harness.faults).toEqual([]);
  await harness.close();
});

async function open() {
  harness = await ServerHarness.create({
    files: { 'a.jpg': [64, 48], 'b.jpg': [64, 40], 'c.jpg': [30, 20] },
  });
  const datasetId = harness.dataset.id;
  const work = async (image: string, id: string, changes: object = {}) => {
    const params = { datasetId, imageId: await harness.image(image) };
    const prompt = { box: { x1: 10, y1: 12, x2: 40, y2: 32 }, points: [], maskId: null };
    const annotation = { ...testAnnotation(id), name: `object ${id}`, prompt, ...changes };
    const { model } = annotation;
    const made = await harness.client.call('predict', { params, body: { prompt, model, annotationId: id } });
    await harness.client.call('appendEntries', {
      params,
      body: { baseSeq: 0, entries: [created(`e-${id}`, annotation)] },
    });
    return { params, made };
  };
  return { params: { datasetId }, work };
}

describe('the table of measures', () => {
  test('has a row for each object with a mask on record, with the prompt that made it', async () => {
    const { params, work } = await open();
    const { made } = await work('b.jpg', 'x');
    const best = made.candidates[made.best];
    const { rows, images, total, next } = await harness.client.call('listMeasures', { params });
    expect([images, total, next]).toEqual([3, 3, null]);
    expect(rows).toMatchObject([
      {
        image: 'b.jpg',
        object: 'object x',
        size: { width: 64, height: 40 },
        promptBox: { x1: 10, y1: 12, x2: 40, y2: 32 },
        score: best?.score,
        areaPx: best?.areaPx,
        perimeterPx: best?.perimeterPx,
        maskBox: best?.box,
        review: 'unreviewed',
      },
    ]);
  });

  test('comes a page of images at a time', async () => {
    const { params, work } = await open();
    await work('a.jpg', 'x');
    await work('c.jpg', 'y');
    const first = await harness.client.call('listMeasures', { params, query: { limit: 2 } });
    expect([first.rows.length, first.images]).toEqual([1, 2]);
    const rest = await harness.client.call('listMeasures', {
      params,
      query: { limit: 2, after: first.next ?? '' },
    });
    expect(rest).toMatchObject({ rows: [{ image: 'c.jpg', object: 'object y' }], images: 1, next: null });
  });

  test('leaves out objects that were never answered', async () => {
    const { params, work } = await open();
    await work('a.jpg', 'x', { prompt: { box: { x1: 1, y1: 2, x2: 3, y2: 4 }, points: [], maskId: null } });
    expect((await harness.client.call('listMeasures', { params })).rows).toEqual([]);
  });

  test('is a file, in millimetres where the dataset has a scale', async () => {
    const { params, work } = await open();
    await work('a.jpg', 'x');
    await harness.client.call('writeCalibration', {
      params,
      body: { calibration: { lengthPx: 20, lengthMm: 5 } },
    });
    const bytes = await harness.client.call('exportMeasures', {
      params,
      query: { format: 'csv', language: 'fr' },
    });
    const [head = '', row = ''] = new TextDecoder().decode(bytes).split('\r\n');
    expect(head).toContain('aire (mm²)');
    expect(row).toContain('a.jpg,object x,');
  });
});
