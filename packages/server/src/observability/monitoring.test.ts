import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maskIdOf, type WirePrediction } from '@calque/api';
import { emptyPrompt } from '@calque/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ServerHarness } from '../testing/server-harness.ts';
import { testAnnotation } from '../testing/storage-contract.ts';
import { ActivityHistory } from './activity-history.ts';
import { driftHistogram } from './drift-histogram.ts';
import { DriftWatch } from './drift-watch.ts';
import { ProcessSampler } from './process-sampler.ts';

const box = { x1: 4, y1: 5, x2: 24, y2: 15 };
const prompt = { box, points: [], maskId: null };

/** Lines of a scrape of one metric, by labels. */
function valuesOf(text: string, name: string): Record<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(name.length, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('metrics of a server that is worked with', () => {
  let harness: ServerHarness;
  let imageId: string;
  beforeEach(async () => {
    harness = await ServerHarness.create({ files: { 'a.png': [40, 30] } });
    imageId = await harness.image('a.png');
  });
  afterEach(() => harness.close());

  const params = () => ({ datasetId: harness.dataset.id, imageId });
  const scrape = async () => (await harness.inject('GET', '/metrics')).body;
  const predict = (more: object = {}) =>
    harness.client.call('predict', { params: params(), body: { prompt, model: 'fake', ...more } });
  const append = (baseSeq: number, entries: readonly object[]) =>
    harness.client.call('appendEntries', { params: params(), body: { baseSeq, entries } as never });
  const step = (id: string, gesture: string, before: object | null, after: object | null) => ({
    kind: 'step',
    id,
    at: '2031-02-03T04:05:06.000Z',
    author: 'page',
    gesture,
    changes: [{ before, after }],
  });

  test('need the token, like everything else', async () => {
    const answer = await harness.app.inject({
      method: 'GET',
      url: '/metrics',
      headers: { host: 'localhost' },
    });
    expect(answer.statusCode).toBe(401);
  });

  test('count answers by model, place and kind, and measure scores of those that were recorded alone', async () => {
    await predict();
    await predict({ preview: true });
    await predict({ preview: true });
    const text = await scrape();
    expect(valuesOf(text, 'calque_predictions_total')).toEqual({
      '{model="fake",where="server",kind="recorded"}': 1,
      '{model="fake",where="server",kind="preview"}': 2,
    });
    expect(valuesOf(text, 'calque_predicted_score_count')).toEqual({ '{model="fake"}': 1 });
    expect(valuesOf(text, 'calque_predicted_score_sum')['{model="fake"}']).toBeCloseTo(0.95, 9);
    expect(valuesOf(text, 'calque_box_image_ratio_sum')['{model="fake"}']).toBeCloseTo(200 / 1200, 9);
    expect(valuesOf(text, 'calque_masks_total')).toEqual({ '{model="fake",extent="partial"}': 1 });
    expect(valuesOf(text, 'calque_embeddings_total')).toEqual({ '{model="fake",cache="miss"}': 1 });
    expect(valuesOf(text, 'calque_model_loaded')).toEqual({ '{model="fake",provider="fake"}': 1 });
    expect(valuesOf(text, 'calque_queue_waiting')).toEqual({ '{model="fake",provider="fake"}': 0 });
  });

  test('count requests by the pattern of their route, never by what they name, and problems by code', async () => {
    await harness.inject('GET', `${harness.path('0000')}`);
    await harness.inject('GET', '/api/nowhere/with/a-secret-name.jpg');
    const text = await scrape();
    const route = '/api/datasets/:datasetId/images/:imageId';
    expect(valuesOf(text, 'calque_http_request_duration_seconds_count')).toMatchObject({
      [`{method="GET",route="${route}",status="404"}`]: 1,
      '{method="GET",route="unknown",status="404"}': 1,
    });
    expect(valuesOf(text, 'calque_problems_total')).toMatchObject({
      '{code="image-unknown"}': 1,
      '{code="path-unknown"}': 1,
      // What alerts watch is there before it happens: its first event is then a rise.
      '{code="engine-out-of-memory"}': 0,
    });
    expect(text).not.toContain('secret');
    expect(text).not.toContain('a.png');
  });

  test('tell what people did: choices, decisions with reasons, what was given up, and what an acceptance took', async () => {
    const points = [
      { id: 'p1', x: 9, y: 8, label: 'foreground', enabled: true },
      { id: 'p2', x: 30, y: 20, label: 'background', enabled: true },
      { id: 'p3', x: 31, y: 20, label: 'background', enabled: false },
    ] as const;
    const first = testAnnotation('x', { prompt: { ...emptyPrompt, box } });
    const second = { ...first, revision: 'x-2', prompt: { ...first.prompt, points: [...points] } };
    const third = { ...second, revision: 'x-3', choice: 2 } as const;
    const { candidates } = await predict({
      prompt: { ...prompt, points: [points[0], points[1]].map(({ x, y, label }) => ({ x, y, label })) },
    });
    const rle = candidates[2]?.rle;
    if (rle === undefined) throw new Error('the fake gives three candidates');
    const maskId = maskIdOf(rle);
    await harness.client.call('writeMask', { params: { ...params(), maskId }, body: rle });
    const accepted = { ...third, revision: 'x-4', review: { status: 'accepted', maskId } };
    const given = testAnnotation('y');
    await append(0, [
      step('e1', 'set-box', null, first),
      step('e2', 'add-point', first, second),
      step('e3', 'choose-candidate', second, third),
      step('e4', 'accept', third, accepted),
      step('e5', 'create', null, given),
      step('e6', 'delete', given, null),
    ]);
    const rejected = {
      ...accepted,
      revision: 'x-5',
      review: { status: 'rejected', reason: 'too-much', note: '' },
    };
    await append(6, [step('e7', 'reject', accepted, rejected)]);
    const text = await scrape();
    expect(valuesOf(text, 'calque_candidate_choices_total')).toEqual({ '{candidate="2"}': 1 });
    expect(valuesOf(text, 'calque_decisions_total')).toMatchObject({
      '{decision="accept"}': 1,
      '{decision="reject"}': 1,
      '{decision="delete"}': 1,
    });
    expect(valuesOf(text, 'calque_rejections_total')).toMatchObject({
      '{reason="too-much"}': 1,
      '{reason="other"}': 0,
    });
    expect(valuesOf(text, 'calque_abandoned_total')).toEqual({ '': 1 });
    expect(valuesOf(text, 'calque_accepted_mask_points_sum')).toEqual({ '': 2 });
    expect(valuesOf(text, 'calque_accepted_mask_clicks_sum')).toEqual({ '': 3 });
    const advice = await harness.client.call('readAdvice', {
      params: { datasetId: harness.dataset.id },
      query: { precision: 0.5 },
    });
    // The third candidate of the fake has the score 0.88; the last word was a rejection.
    expect(advice.judged).toBe(1);
    expect(advice.bins[17]).toMatchObject({ from: 0.85, rejected: 1, accepted: 0 });
    expect(advice.suggestion).toBeNull();
  });

  test('the page can read the last minutes, drift and engines', async () => {
    await predict();
    const monitoring = await harness.client.call('readMonitoring', {});
    expect(monitoring.minutes.reduce((sum, minute) => sum + minute.predictions, 0)).toBe(1);
    expect(monitoring.engines).toEqual([{ model: 'fake', provider: 'fake', waiting: 0, running: 0 }]);
    expect(monitoring.figures).toContainEqual({
      name: 'calque_masks_total',
      labels: { model: 'fake', extent: 'partial' },
      value: 1,
    });
    expect(monitoring.figures.filter(({ name }) => /_bucket$|^process_|^calque_http/.test(name))).toEqual([]);
    expect(monitoring.figures).toContainEqual({
      name: 'calque_predicted_score_count',
      labels: { model: 'fake' },
      value: 1,
    });
    const [drift] = monitoring.drift;
    expect(drift?.quantities.find(({ quantity }) => quantity === 'brightness')).toMatchObject({
      verdict: 'learning',
      referenceCount: 1,
      referenceMedian: 0.375,
    });
  });

  test('taking a reference of a model that does not exist is refused', async () => {
    const answer = await harness.inject('POST', '/api/monitoring/nothing/reference');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'model-id-unknown' });
  });
});

describe('drift', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calque-drift-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const now = () => new Date('2031-02-03T04:05:06.000Z');
  const answered = (score: number) => ({
    kind: 'recorded' as const,
    prediction: {
      model: { id: 'fake', files: [] },
      prompt,
      best: 0,
      candidates: [{ score, stability: 0.9, areaPx: 100, rle: { size: [30, 40], counts: '' } }],
    } as unknown as WirePrediction,
  });
  /** Scores around a middle, the same ones each time. */
  const feed = (drift: DriftWatch, middle: number, count: number) => {
    for (let i = 0; i < count; i++) drift.predicted(answered(middle + 0.002 * ((i * 37) % 25)));
  };
  const scoreOf = (drift: DriftWatch) =>
    drift.report()[0]?.quantities.find(({ quantity }) => quantity === 'score');

  test('is learned first, then waits for enough values, then compares', async () => {
    const drift = await DriftWatch.open(folder, now);
    feed(drift, 0.9, 499);
    expect(scoreOf(drift)?.verdict).toBe('learning');
    feed(drift, 0.9, 50);
    expect(scoreOf(drift)?.verdict).toBe('waiting');
    feed(drift, 0.9, 100);
    expect(scoreOf(drift)).toMatchObject({ verdict: 'steady', referenceCount: 500, windowCount: 149 });
  });

  test('is large where scores fell, and the detector says when', async () => {
    const drift = await DriftWatch.open(folder, now);
    feed(drift, 0.9, 700);
    feed(drift, 0.7, 200);
    const found = scoreOf(drift);
    expect(found?.verdict).toBe('large');
    expect(found?.populationStability).toBeGreaterThan(1);
    expect(found?.distance).toBe(1);
    expect(found?.windowMedian).toBeLessThan(0.75);
    expect(drift.report()[0]?.alarms).toEqual(['2031-02-03T04:05:06.000Z']);
  });

  test('survives a restart', async () => {
    const drift = await DriftWatch.open(folder, now);
    feed(drift, 0.9, 600);
    await drift.save();
    const again = await DriftWatch.open(folder, now);
    expect(again.report()).toEqual(drift.report());
  });

  test('takes the latest values for what is usual when a person says so', async () => {
    const drift = await DriftWatch.open(folder, now);
    feed(drift, 0.9, 600);
    feed(drift, 0.6, 200);
    expect(scoreOf(drift)?.verdict).toBe('large');
    await drift.adopt('fake');
    expect(drift.report()[0]?.alarms).toEqual([]);
    feed(drift, 0.6, 60);
    expect(scoreOf(drift)).toMatchObject({ verdict: 'steady', referenceCount: 200, windowCount: 60 });
  });

  test.each(['', 'not JSON', '{"version":2,"models":{}}', '{"version":1,"models":{"fake":{"histories":5}}}'])(
    'a file of %o counts as none',
    async (text) => {
      await writeFile(join(folder, 'drift.json'), text);
      const drift = await DriftWatch.open(folder, now);
      expect(drift.report()).toEqual([]);
    },
  );
});

describe('bins of drift', () => {
  test('hold every value, those beyond the ends in the outermost ones', () => {
    const { edges, reference, window } = driftHistogram('score', [0.02, 0.97, 0.99, 1.03], [-0.1, 0.51]);
    expect(edges).toHaveLength(21);
    expect(reference[0]).toBe(1);
    expect(reference[19]).toBe(3);
    expect(window[0]).toBe(1);
    expect(window[10]).toBe(1);
  });

  test('of sizes grow by a factor and hold the least and the most', () => {
    const { edges, reference, window } = driftHistogram('image-px', [640 * 480, 1920 * 1080], [12_000_000]);
    expect(edges[0]).toBeLessThan(640 * 480);
    expect(edges[20]).toBeGreaterThan(12_000_000);
    expect((edges[2] ?? 0) / (edges[1] ?? 1)).toBeCloseTo((edges[20] ?? 0) / (edges[19] ?? 1), 9);
    expect(reference.reduce((a, b) => a + b)).toBe(2);
    expect(window.reduce((a, b) => a + b)).toBe(1);
  });

  test('of nothing are empty', () => {
    expect(driftHistogram('image-px', [], []).reference).toEqual(new Array(20).fill(0));
  });
});

describe('the history of activity', () => {
  const recorded = (totalMs: number, score: number) => ({
    kind: 'recorded' as const,
    prediction: {
      prompt,
      best: 0,
      candidates: [{ score, stability: 0.9, areaPx: 100, rle: { size: [30, 40], counts: '' } }],
      where: 'server',
      timingsMs: { queue: 1, decode: totalMs - 10, postprocess: 4, measure: 5, total: totalMs },
    } as unknown as WirePrediction,
  });
  const encoded = (cache: 'memory' | 'miss', encode: number) => ({
    model: 'fake',
    provider: cache === 'miss' ? 'cpu' : null,
    cache,
    image: { width: 40, height: 30 },
    brightness: 0.5,
    timingsMs: { queue: 0, read: 8, preprocess: 2, encode, total: encode + 10 },
  });

  test('adds up minutes, leaves empty ones out and forgets those of the day before', () => {
    let nowMs = Date.parse('2031-02-03T04:05:30.000Z');
    const history = new ActivityHistory(() => nowMs);
    for (const [ms, score] of [
      [70, 0.9],
      [50, 0.7],
      [400, 0.8],
    ] as const)
      history.predicted(recorded(ms, score));
    nowMs += 5 * 60_000;
    history.predicted(recorded(60, 0.5));
    history.answered({ method: 'GET', route: '/', status: 503, code: 'engine-busy', seconds: 1 });
    history.answered({ method: 'GET', route: '/', status: 404, code: 'path-unknown', seconds: 1 });
    const [first, second, ...rest] = history.minutes();
    expect(first).toMatchObject({ at: '2031-02-03T04:05:00.000Z', predictions: 3, medianMs: 70, p95Ms: 400 });
    expect(first?.meanScore).toBeCloseTo(0.8, 12);
    expect(second).toMatchObject({ at: '2031-02-03T04:10:00.000Z', predictions: 1, problems: 1 });
    expect(rest).toEqual([]);
    nowMs += 24 * 3_600_000;
    expect(history.minutes()).toEqual([]);
  });

  test('tells encodes from what a cache had, and the stages of the server from those of a page', () => {
    const history = new ActivityHistory(() => Date.parse('2031-02-03T04:05:30.000Z'));
    history.encoded(encoded('miss', 2400));
    history.encoded(encoded('memory', 0));
    history.predicted(recorded(60, 0.9));
    history.predicted(recorded(70, 0.9));
    const page = recorded(900, 0.9);
    history.predicted({ ...page, prediction: { ...page.prediction, where: 'browser' } });
    const [minute] = history.minutes();
    expect(minute).toMatchObject({ predictions: 3, encodes: 1, cacheHits: 1, meanStability: 0.9 });
    expect(minute?.stagesMs).toEqual({
      queue: 1,
      read: 8,
      preprocess: 2,
      encode: 2400,
      decode: 55,
      postprocess: 4,
      measure: 5,
    });
  });

  test('keeps the most that was seen in a minute, and gives as many minutes as are asked for', () => {
    let nowMs = Date.parse('2031-02-03T04:05:30.000Z');
    const history = new ActivityHistory(() => nowMs);
    history.sampled({ waiting: 3, residentBytes: 300, heapBytes: 120, eventLoopP99Ms: 2 });
    history.sampled({ waiting: 1, residentBytes: 500, heapBytes: 110, eventLoopP99Ms: 9 });
    expect(history.minutes()).toMatchObject([
      { waiting: 3, residentBytes: 500, heapBytes: 120, eventLoopP99Ms: 9, predictions: 0, medianMs: null },
    ]);
    nowMs += 10 * 60_000;
    history.predicted(recorded(70, 0.9));
    expect(history.minutes(5)).toMatchObject([{ predictions: 1, residentBytes: null }]);
    expect(history.minutes(15)).toHaveLength(2);
  });

  test('a process is looked at', async () => {
    const history = new ActivityHistory();
    const sampler = new ProcessSampler(history, async () => [
      { model: 'fake', provider: 'cpu', waiting: 4, running: 1 },
      { model: 'other', provider: 'cpu', waiting: 3, running: 0 },
    ]);
    await sampler.sample();
    sampler.close();
    const [minute] = history.minutes();
    expect(minute?.waiting).toBe(7);
    expect(minute?.residentBytes).toBeGreaterThan(minute?.heapBytes ?? 0);
    expect(minute?.heapBytes).toBeGreaterThan(1_000_000);
    expect(minute?.eventLoopP99Ms).toBeGreaterThanOrEqual(0);
  });

  test('a clock that was set back goes on with the newest minute', () => {
    let nowMs = Date.parse('2031-02-03T04:05:30.000Z');
    const history = new ActivityHistory(() => nowMs);
    history.predicted(recorded(70, 0.9));
    nowMs -= 3_600_000;
    history.predicted(recorded(80, 0.9));
    expect(history.minutes()).toMatchObject([{ at: '2031-02-03T04:05:00.000Z', predictions: 2 }]);
  });
});
