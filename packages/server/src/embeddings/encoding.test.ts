import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { float32FromFloat16, float32FromFloat16Bytes, maskIdOf, type WirePrompt } from '@calque/api';
import { countsToString, createBitmap, encodeRle } from '@calque/core';
import { unpackTensors } from '@calque/engine';
import { afterEach, describe, expect, test } from 'vitest';
import type { Event } from '../events/event-hub.ts';
import { FakeStore, picture, ServerHarness } from '../testing/server-harness.ts';

let harness: ServerHarness;
afterEach(async () => {
  expect(harness.faults).toEqual([]);
  await harness.close();
});

const box: WirePrompt = { box: { x1: 10, y1: 8, x2: 40, y2: 30 }, points: [], maskId: null };
const model = 'fake';

/** An encode that waits until the test lets it go on. */
function gate() {
  const waiting: (() => void)[] = [];
  const began: string[] = [];
  return {
    began,
    before: (call: { name: string; key?: string; signal?: AbortSignal }) => {
      if (call.name !== 'encode') return undefined;
      began.push(call.key ?? '');
      return new Promise<void>((resolve, reject) => {
        waiting.push(resolve);
        call.signal?.addEventListener('abort', () => reject(call.signal?.reason as Error));
      });
    },
    open: () => waiting.splice(0).map((go) => go()),
  };
}

const params = async (path: string) => ({
  datasetId: harness.dataset.id,
  imageId: await harness.image(path),
});
const request = async (path: string, page: string, purpose: 'view' | 'ahead' = 'view') =>
  harness.client.call('requestEmbedding', { params: await params(path), body: { model, page, purpose } });
const statusIs = (status: string) => (event: Event) =>
  event.type === 'embedding' && event.embedding.status === status;
const state = async (path: string) =>
  (await harness.client.call('readEmbedding', { params: await params(path), query: { model } })).status;

describe('an image', () => {
  test('is encoded when a page wants it, and tells its stages', async () => {
    const held = gate();
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] }, engine: { before: held.before } });
    expect(await state('a.jpg')).toBe('none');
    await request('a.jpg', 'p1');
    await harness.until(statusIs('encoding'));
    held.open();
    await harness.until(statusIs('ready'));
    const stages = harness.events.flatMap((event) =>
      event.type === 'embedding' ? [event.embedding.status] : [],
    );
    expect(stages).toEqual(['queued', 'reading', 'encoding', 'ready']);
    expect(await state('a.jpg')).toBe('ready');
    const list = await harness.client.call('readImage', { params: await params('a.jpg') });
    expect(list.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is given up when the last page has left it, and not before', async () => {
    const held = gate();
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] }, engine: { before: held.before } });
    await request('a.jpg', 'p1');
    await request('a.jpg', 'p2', 'ahead');
    await harness.until(statusIs('encoding'));
    const leave = async (page: string) =>
      harness.client.call('releaseEmbedding', { params: await params('a.jpg'), query: { model, page } });
    await leave('p1');
    expect(await state('a.jpg')).toBe('encoding');
    await leave('p2');
    await harness.until(statusIs('none'));
    await request('a.jpg', 'p1');
    await until(() => held.began.length === 2);
    held.open();
    await harness.until(statusIs('ready'));
  });

  test('gives its place to the one in view', async () => {
    const held = gate();
    harness = await ServerHarness.create({
      files: { 'a.jpg': [64, 48], 'b.jpg': [64, 40], 'c.jpg': [64, 30] },
      engine: { before: held.before },
    });
    await request('a.jpg', 'p');
    await until(() => held.began.length === 1);
    await request('b.jpg', 'p', 'ahead');
    await request('c.jpg', 'p', 'view');
    await until(() => harness.events.filter(statusIs('queued')).length === 3);
    await new Promise((resolve) => setTimeout(resolve, 50));
    held.open();
    await until(() => held.began.length === 2);
    held.open();
    await harness.until((event) => statusIs('ready')(event) && 'embedding' in event);
    await until(() => held.began.length === 3);
    held.open();
    await until(() => harness.events.filter(statusIs('ready')).length === 3);
    const order = harness.events.flatMap((event) =>
      event.type === 'embedding' && event.embedding.status === 'ready' ? [event.embedding.imageId] : [],
    );
    expect(order).toEqual([
      await harness.image('a.jpg'),
      await harness.image('c.jpg'),
      await harness.image('b.jpg'),
    ]);
  });

  test('waits for its model while that is downloaded, and goes on by itself', async () => {
    const store = new FakeStore('absent');
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] }, store });
    await request('a.jpg', 'p1');
    await harness.until(statusIs('waiting-for-model'));
    await harness.client.call('pullModel', { params: { modelId: model } });
    store.progress(100);
    const told = await harness.until((event) => event.type === 'model' && event.model.progress !== null);
    expect(told).toMatchObject({
      model: { status: 'downloading', progress: { doneBytes: 100, totalBytes: 246 } },
    });
    store.fail(new Error('no network'));
    const failed = await harness.until((event) => event.type === 'model' && event.model.status === 'failed');
    expect(failed).toMatchObject({ model: { problem: { code: 'server-failed' } } });
    await harness.client.call('pullModel', { params: { modelId: model } });
    store.finish();
    await harness.until(statusIs('ready'));
    expect((await harness.client.call('health', {})).status).toBe('ok');
  });

  test('that cannot be read says why, and is tried again when it is asked for again', async () => {
    let broken = true;
    harness = await ServerHarness.create({
      files: { 'a.jpg': [64, 48] },
      engine: {
        before: ({ name }) => {
          if (name === 'read' && broken) throw new Error('unreadable');
        },
      },
    });
    await request('a.jpg', 'p1');
    await harness.until(statusIs('failed'));
    broken = false;
    await request('a.jpg', 'p1');
    await harness.until(statusIs('ready'));
  });

  test('hands its tensors out', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const bytes = await harness.client.call('readEmbeddingTensors', {
      params: await params('a.jpg'),
      query: { model },
    });
    expect(unpackTensors(bytes)).toMatchObject({ drawn: { dims: [1, 2, 3] } });
  });
});

describe('a prompt', () => {
  test('is answered with every candidate, and the answer is kept without its logits', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const at = await params('a.jpg');
    const answer = await harness.client.call('predict', { params: at, body: { prompt: box, model } });
    expect(answer.candidates.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(answer).toMatchObject({ best: 1, where: 'server', cache: 'miss', prompt: box });
    const again = await harness.client.call('predict', {
      params: at,
      body: { prompt: box, model, logits: 'best' },
    });
    expect(again.key).toBe(answer.key);
    expect(again.cache).toBe('memory');
    expect(again.candidates.map(({ logits }) => logits !== undefined)).toEqual([false, true, false]);
    const found = await harness.client.call('findPredictions', { params: at, body: { keys: [answer.key] } });
    expect(found.map(({ id }) => id)).toEqual([again.id, answer.id]);
    expect(found[0]?.candidates[1]?.logits).toBeUndefined();
  });

  test('was answered just now: the logits that did not come along can be read, of that image alone', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48], 'b.jpg': [40, 40] } });
    const at = await params('a.jpg');
    const body = { prompt: box, model };
    const { candidates } = await harness.client.call('predict', { params: at, body });
    const answer = await harness.client.call('predict', { params: at, body: { ...body, logits: 'best' } });
    const read = (predictionId: string, image = at) =>
      harness.client.call('readLogits', { params: { ...image, predictionId } });
    const all = float32FromFloat16Bytes(await read(answer.id));
    const expected = candidates.flatMap(({ logits }) => [...float32FromFloat16(logits?.float16 ?? '')]);
    expect(expected).toHaveLength(3 * 256 * 256);
    expect([...all]).toEqual(expected);
    await expect(read(answer.id, await params('b.jpg'))).rejects.toMatchObject({ code: 'logits-gone' });
    await expect(read('another')).rejects.toMatchObject({ code: 'logits-gone' });
    for (let i = 0; i < 64; i++) await harness.client.call('predict', { params: at, body });
    await expect(read(answer.id)).rejects.toMatchObject({ code: 'logits-gone', details: { status: 404 } });
  });

  test('that follows the pointer is answered with the best, and not kept', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const at = await params('a.jpg');
    const answer = await harness.client.call('predict', {
      params: at,
      body: { prompt: box, model, preview: true },
    });
    expect(answer.candidates).toHaveLength(1);
    expect(answer).toMatchObject({ best: 0, candidates: [{ index: 1, score: 0.95 }] });
    expect(
      await harness.client.call('findPredictions', { params: at, body: { keys: [answer.key] } }),
    ).toEqual([]);
  });

  test('can be a mask that was stored', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const at = await params('a.jpg');
    const bitmap = createBitmap({ width: 64, height: 48 });
    bitmap.data.fill(1, 200, 900);
    const mask = { size: [48, 64] as [number, number], counts: countsToString(encodeRle(bitmap)) };
    const maskId = maskIdOf(mask);
    const ask = () =>
      harness.client.call('predict', {
        params: at,
        body: { prompt: { box: null, points: [], maskId }, model },
      });
    await expect(ask()).rejects.toMatchObject({ code: 'mask-unknown' });
    await harness.client.call('writeMask', { params: { ...at, maskId }, body: mask });
    expect((await ask()).candidates[1]?.areaPx).toBe(700);
    expect(await harness.client.call('readMask', { params: { ...at, maskId } })).toEqual(mask);
  });

  test.each([
    ['another id', { size: [48, 64], counts: '' }, 'rle-malformed'],
    ['another size', { size: [64, 48], counts: '0' }, 'mask-wrong-size'],
  ] as const)('is not a mask of %s', async (_, mask, code) => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const answer = await harness.inject(
      'PUT',
      `${harness.path(await harness.image('a.jpg'))}/masks/${'a'.repeat(64)}`,
      { payload: mask },
    );
    expect(answer.json()).toMatchObject({ code, status: 400 });
  });

  test.each([
    [{ box: null, points: [], maskId: null }, 'prompt-empty', 400],
    [{ ...box, box: { x1: 500, y1: 500, x2: 600, y2: 600 } }, 'box-outside-image', 400],
    [{ ...box, points: [{ x: 900, y: 2, label: 'foreground' }] }, 'point-outside-image', 400],
    [{ ...box, points: [{ x: 1, y: 2, label: 'maybe' }] }, 'request-invalid', 400],
  ])('%j is refused', async (prompt, code, status) => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const url = `${harness.path(await harness.image('a.jpg'))}/predictions`;
    const answer = await harness.inject('POST', url, { payload: { prompt, model } });
    expect(answer.json()).toMatchObject({ code, status });
  });

  test('for a model or an image that is not there is refused', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const url = `${harness.path(await harness.image('a.jpg'))}/predictions`;
    const other = await harness.inject('POST', url, { payload: { prompt: box, model: 'other' } });
    expect(other.json()).toMatchObject({ code: 'model-id-unknown', status: 404 });
    const missing = await harness.inject('POST', `${harness.path('nothing')}/predictions`, {
      payload: { prompt: box, model },
    });
    expect(missing.json()).toMatchObject({ code: 'image-unknown', status: 404 });
    const nowhere = await harness.inject('GET', '/api/datasets/nothing');
    expect(nowhere.json()).toMatchObject({ code: 'dataset-unknown', status: 404 });
  });

  test('many at once are answered in their order', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const prompts = [30, 40, 20].map((x2) => ({ ...box, box: { x1: 10, y1: 8, x2, y2: 30 } }));
    const { answers } = await harness.client.call('predictBatch', {
      params: await params('a.jpg'),
      body: { prompts, model, choice: 2 },
    });
    const areas = answers.map(({ areaPx }) => areaPx);
    expect(areas[2]).toBeLessThan(areas[0] as number);
    expect(areas[0]).toBeLessThan(areas[1] as number);
    expect(answers[0]?.score).toBe(0.88);
  });

  test('that the browser answered is recorded for the file that it saw, and for no other', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const at = await params('a.jpg');
    const { imageId, ...seen } = await harness.client.call('predict', {
      params: at,
      body: { prompt: box, model, logits: 'none' },
    });
    const body = { ...seen, id: 'of-the-page', where: 'browser', annotationId: 'object-7' } as const;
    const recorded = await harness.client.call('recordPrediction', { params: at, body });
    expect(recorded).toEqual({ ...seen, imageId, id: 'of-the-page', where: 'browser' });
    await harness.client.call('recordPrediction', { params: at, body });
    const found = await harness.client.call('findPredictions', { params: at, body: { keys: [seen.key] } });
    expect(found.map(({ id }) => id)).toEqual(['of-the-page', seen.id]);
    const wrong = harness.client.call('recordPrediction', {
      params: at,
      body: { ...seen, imageSha256: 'e'.repeat(64) },
    });
    await expect(wrong).rejects.toMatchObject({ code: 'image-changed' });
  });

  test('on a file that was replaced meanwhile is answered for the new one', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48] } });
    const at = await params('a.jpg');
    const ask = () =>
      harness.client.call('predict', { params: at, body: { prompt: box, model, logits: 'none' } });
    const before = await ask();
    await writeFile(join(harness.root, 'a.jpg'), await picture('other.jpg', 70, 50));
    harness.dataset.rescan();
    await harness.dataset.indexed();
    const after = await ask();
    expect(after.imageSha256).not.toBe(before.imageSha256);
    expect(after.candidates[0]?.rle.size).toEqual([50, 70]);
  });
});

/** Waits until something holds; the test's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
