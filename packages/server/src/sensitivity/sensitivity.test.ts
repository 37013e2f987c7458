import { bytesOfBase64, type MeasureSensitivity, maskIdOf, type WireRle } from '@calque/api';
import { afterEach, describe, expect, test } from 'vitest';
import { ServerHarness } from '../testing/server-harness.ts';

let harness: ServerHarness;
afterEach(async () => {
  expect(harness.faults).toEqual([]);
  await harness.close();
});

const prompt: MeasureSensitivity['prompt'] = {
  box: { x1: 20, y1: 12, x2: 44, y2: 32 },
  points: [{ x: 30, y: 20, label: 'foreground' }],
  maskId: null,
};

async function paramsOf(name: string) {
  return { datasetId: harness.dataset.id, imageId: await harness.image(name) };
}

async function ask(mask: WireRle, change: Partial<MeasureSensitivity> = {}) {
  const body: MeasureSensitivity = {
    annotationId: 'mug',
    prompt,
    model: 'fake',
    choice: 'best',
    postprocess: {},
    mask,
    family: { count: 12, range: 0.2 },
    ...change,
  };
  return harness.client.call('measureSensitivity', { params: await paramsOf('a.jpg'), body });
}

/** The mask that the box itself gives. */
async function maskInEffect(): Promise<WireRle> {
  harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
  const prediction = await harness.client.call('predict', {
    params: await paramsOf('a.jpg'),
    body: { prompt, model: 'fake' },
  });
  const best = prediction.candidates[prediction.best];
  if (best === undefined) throw new Error('the fake model offers nothing');
  return best.rle;
}

describe('box sensitivity', () => {
  test('decodes the family, tells how far it is, and is on disk when it answers', async () => {
    const mask = await maskInEffect();
    const made = await ask(mask, { run: 'run-7' });
    const { outcomes, reading } = made.sensitivity;
    expect(outcomes).toHaveLength(13);
    expect(outcomes[0]).toMatchObject({ kind: 'unchanged', change: 0, iou: 1, candidate: 1 });
    expect(outcomes.slice(1).every(({ iou }) => iou < 1)).toBe(true);
    expect(reading.finding).not.toBe('none');
    expect(made).toMatchObject({
      annotationId: 'mug',
      prompt,
      choice: 'best',
      family: { count: 12, range: 0.2 },
    });
    const { map } = made;
    expect(bytesOfBase64(map?.shares ?? '')).toHaveLength((map?.columns ?? 0) * (map?.rows ?? 0));
    const told = harness.events.filter(({ type }) => type === 'sensitivity-progress');
    expect(told.at(-1)).toEqual({ type: 'sensitivity-progress', run: 'run-7', done: 13, total: 13 });
    const params = await paramsOf('a.jpg');
    expect(await harness.client.call('findSensitivity', { params })).toEqual([made]);
    const stored = await harness.client.call('readMask', { params: { ...params, maskId: maskIdOf(mask) } });
    expect(stored).toEqual(mask);
  });

  test('compares with the mask in effect, whatever the box gives', async () => {
    await maskInEffect();
    const painted = { size: [48, 64], counts: '0P0PXN0' } as WireRle;
    await expect(ask(painted)).rejects.toMatchObject({ code: 'rle-malformed' });
    const everything: WireRle = { size: [48, 64], counts: await countsOfEverything() };
    const { sensitivity } = await ask(everything);
    expect(sensitivity.referenceAreaPx).toBe(64 * 48);
    expect(sensitivity.reading.finding).toBe('differs-already');
  });

  test('of another object is not mixed up with it', async () => {
    const mask = await maskInEffect();
    const [mug, fork] = [await ask(mask), await ask(mask, { annotationId: 'fork', choice: 2 })];
    const params = await paramsOf('a.jpg');
    const of = (annotationId: string) =>
      harness.client.call('findSensitivity', { params, query: { annotationId } });
    expect((await of('mug')).map(({ id }) => id)).toEqual([mug.id]);
    expect((await of('fork')).map(({ id }) => id)).toEqual([fork.id]);
    expect(fork.sensitivity.outcomes.every(({ candidate }) => candidate === 2)).toBe(true);
  });

  test('needs a box and a mask of the image, within the limits', async () => {
    const mask = await maskInEffect();
    await expect(ask(mask, { prompt: { ...prompt, box: null } })).rejects.toMatchObject({
      code: 'sensitivity-needs-box',
      details: { status: 400 },
    });
    await expect(ask({ size: [47, 64], counts: 'P^2' })).rejects.toMatchObject({ code: 'mask-wrong-size' });
    await expect(ask(mask, { family: { count: 5, range: 0.2 } })).rejects.toMatchObject({
      code: 'request-invalid',
    });
  });

  test('that was given up leaves nothing behind', async () => {
    const mask = await maskInEffect();
    const giveUp = new AbortController();
    giveUp.abort();
    const { parts, dataset } = harness;
    const request = {
      annotationId: 'mug',
      prompt,
      model: 'fake',
      choice: 'best',
      postprocess: {},
      mask,
    } as const;
    const family = { count: 12, range: 0.2 };
    const { imageId } = await paramsOf('a.jpg');
    const measuring = parts.sensitivity.measure(dataset, imageId, { ...request, family }, giveUp.signal);
    await expect(measuring).rejects.toThrow();
    expect(await dataset.storage.sensitivities(imageId, null)).toEqual([]);
  });
});

async function countsOfEverything(): Promise<string> {
  const { countsToString } = await import('@calque/core');
  return countsToString({ size: { width: 64, height: 48 }, counts: Uint32Array.of(0, 64 * 48) });
}

describe('the calibration of a dataset', () => {
  test('is kept, told to every page, and taken back', async () => {
    harness = await ServerHarness.create();
    const { client, dataset } = harness;
    const write = (calibration: { lengthPx: number; lengthMm: number } | null) =>
      client.call('writeCalibration', { params: { datasetId: dataset.id }, body: { calibration } });
    expect((await dataset.describe()).calibration).toBeNull();
    expect((await write({ lengthPx: 321, lengthMm: 25.4 })).calibration).toEqual({
      lengthPx: 321,
      lengthMm: 25.4,
    });
    const told = harness.events.findLast(({ type }) => type === 'dataset');
    expect(told).toMatchObject({ dataset: { calibration: { lengthPx: 321, lengthMm: 25.4 } } });
    await expect(write({ lengthPx: 0, lengthMm: 3 })).rejects.toMatchObject({ code: 'request-invalid' });
    expect((await write(null)).calibration).toBeNull();
  });
});
