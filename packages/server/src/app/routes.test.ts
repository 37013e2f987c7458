import { routes } from '@calque/api';
import { afterEach, describe, expect, test } from 'vitest';
import { ServerHarness } from '../testing/server-harness.ts';

let harness: ServerHarness;
afterEach(async () => {
  expect(harness.faults).toEqual([]);
  await harness.close();
});

const boxPrompt = { box: { x1: 10, y1: 8, x2: 40, y2: 30 }, points: [], maskId: null };

describe('the server', () => {
  test('registers every route of the table', async () => {
    harness = await ServerHarness.create();
    for (const { method, path } of Object.values(routes)) {
      expect(harness.app.hasRoute({ method, url: path }), path).toBe(true);
    }
  });

  test('lists datasets and images, and shows them', async () => {
    harness = await ServerHarness.create({
      files: { 'b10.jpg': [64, 48], 'b2.jpg': [50, 30], 'x/a.png': [40, 20] },
    });
    const { client, dataset } = harness;
    expect(await client.call('listDatasets', {})).toMatchObject([
      { id: dataset.id, name: 'photos', imageCount: 3 },
    ]);
    const page = await client.call('listImages', { params: { datasetId: dataset.id }, query: { limit: 2 } });
    expect(page.images.map(({ path }) => path)).toEqual(['b2.jpg', 'b10.jpg']);
    expect(page.total).toBe(3);
    const rest = await client.call('listImages', {
      params: { datasetId: dataset.id },
      query: { limit: 2, after: page.next ?? '' },
    });
    expect(rest.images.map(({ path }) => path)).toEqual(['x/a.png']);
    expect(rest.next).toBeNull();
    const thumbnail = await harness.inject('GET', `${harness.path(await harness.image('b2.jpg'))}/thumbnail`);
    expect(thumbnail.statusCode).toBe(200);
    expect(thumbnail.headers['content-type']).toBe('image/webp');
  });

  test('encodes, predicts and finds the prediction again', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const { client, dataset } = harness;
    const params = { datasetId: dataset.id, imageId: await harness.image('a.jpg') };
    const prediction = await client.call('predict', { params, body: { prompt: boxPrompt, model: 'fake' } });
    expect(prediction.candidates).toHaveLength(3);
    expect(prediction.best).toBe(1);
    expect(prediction.candidates[1]?.logits?.side).toBe(256);
    const found = await client.call('findPredictions', { params, body: { keys: [prediction.key] } });
    expect(found).toHaveLength(1);
    expect(found[0]?.candidates[1]?.rle).toEqual(prediction.candidates[1]?.rle);
  });
});
