import type { WireImage } from '@calque/api';
import { CalqueError, countsToString, type Rle } from '@calque/core';
import type { DecodeRequest, Prediction } from '@calque/engine';
import type { BrowserDecode, BrowserDecoder, BrowserModel } from '@calque/engine/browser';
import { beforeEach, describe, expect, test } from 'vitest';
import { IMAGE_SHA256, IMAGE_SIZE } from '../editor/testing/fake-answers.ts';
import { FakeClock } from '../editor/testing/fake-clock.ts';
import { fakeImage } from '../editor/testing/fake-server.ts';
import { createBrowserDecoders } from './browser-decoders.ts';
import type { DecoderQuestion } from './decoder.ts';

const files = [
  { name: 'encoder.onnx', sha256: '12'.repeat(32) },
  { name: 'decoder.onnx', sha256: '34'.repeat(32) },
];
const decoder = {
  family: 'sam1',
  interface: 'calque',
  names: { labels: 'point_labels' },
  input: { size: { width: 64, height: 64 } },
};
const rle: Rle = { size: IMAGE_SIZE, counts: Uint32Array.of(20, 5, 92) };

let clock: FakeClock;
let image: WireImage;
let calls: string[];
let workers: FakeWorker[];
let recorded: unknown[];
let models: unknown[];

class FakeWorker implements BrowserDecoder {
  readonly loaded = { provider: 'wasm', threads: 2, passedOver: null };
  readonly model: BrowserModel;
  readonly admitted: string[] = [];
  readonly asked: BrowserDecode[] = [];
  tried = 0;
  closed = false;
  failure: Error | null = null;

  constructor(model: BrowserModel) {
    this.model = model;
    workers.push(this);
  }

  async admit(key: string): Promise<void> {
    this.admitted.push(key);
  }

  async tryGraphics(): Promise<void> {
    this.tried++;
  }

  async decode(args: BrowserDecode): Promise<Prediction> {
    this.asked.push(args);
    if (this.failure !== null) throw this.failure;
    await clock.wait(30);
    return decoded(args.request);
  }

  close(): void {
    this.closed = true;
  }
}

/** Three candidates, the second of which is the best. */
function decoded({ allMasks }: DecodeRequest): Prediction {
  const candidates = [0.4, 1.02, 0.7].map((score, index) => {
    const measures = { areaPx: 5 + index, box: { x1: 1, y1: 2, x2: 7, y2: 4 }, stability: 0.9 };
    const mask = { ...measures, score, perimeterPx: 11 + index, components: 1, holes: 0, rle };
    const logits = Float32Array.of(index);
    return { index, score, ...measures, logits, ...(allMasks === true ? { mask } : {}) };
  });
  const mask = { ...candidates[1], perimeterPx: 12, components: 1, holes: 0, rle } as Prediction['mask'];
  const timingsMs = { queue: 3, decode: 20, postprocess: 4, measure: 2, total: 29 };
  return { candidates, chosen: 1, mask, provider: 'wasm', timingsMs };
}

const client = {
  call: (async (name: string) => {
    calls.push(name);
    if (name === 'listModels') return models;
    if (name === 'readImage') return image;
    return new ArrayBuffer(8);
  }) as never,
};

beforeEach(() => {
  clock = new FakeClock();
  image = fakeImage;
  calls = [];
  workers = [];
  recorded = [];
  models = [{ id: 'tiny', decoder, files }];
});

function open() {
  return createBrowserDecoders({
    client,
    clock,
    open: async (model) => new FakeWorker(model),
    recorder: { record: (question, prediction) => recorded.push([question.annotationId, prediction.id]) },
    newId: () => 'id-5',
  });
}

const signal = new AbortController().signal;
const key = { datasetId: 'dataset-1', imageId: 'image-1' };
const masks = {
  readMask: async () => ({ size: [9, 13] as const, counts: countsToString(rle) }),
  maskWritten: async () => undefined,
};
const question: DecoderQuestion = {
  ...key,
  model: 'tiny',
  prompt: { box: { x1: 1, y1: 2, x2: 7, y2: 4 }, points: [], maskId: null },
  annotationId: 'object-3',
  preview: false,
};

async function answer(asked: Partial<DecoderQuestion>, decoders = open()) {
  const local = await decoders.prepare(key, 'tiny', { signal });
  const wait = local.predict({ ...question, ...asked }, { signal, masks });
  const settled = wait.then(
    () => undefined,
    () => undefined,
  );
  await Promise.all([settled, clock.runOut()]);
  return wait;
}

describe('the decoder of the page', () => {
  test('is loaded once a model with what its manifest says, whatever the number of images', async () => {
    const decoders = open();
    await decoders.prepare(key, 'tiny', { signal });
    image = { ...fakeImage, id: 'image-2' };
    await decoders.prepare({ ...key, imageId: 'image-2' }, 'tiny', { signal });
    expect(workers).toHaveLength(1);
    expect(workers[0]?.model).toEqual({ ...decoder, decoder: new ArrayBuffer(8) });
    expect(workers[0]?.admitted).toEqual([
      `dataset-1/image-1/${IMAGE_SHA256}`,
      `dataset-1/image-2/${IMAGE_SHA256}`,
    ]);
    expect(workers[0]?.tried).toBe(1);
    expect(calls.filter((name) => name === 'readModelDecoder')).toHaveLength(1);
  });

  test('answers in the words of the server, and its answer is recorded', async () => {
    const { prediction, logits, roundTripMs, transferMs } = await answer({});
    expect(prediction).toMatchObject({
      id: 'id-5',
      imageId: 'image-1',
      imageSha256: IMAGE_SHA256,
      model: { id: 'tiny', files },
      best: 1,
      where: 'browser',
      cache: 'memory',
      timingsMs: { queue: 3, read: 0, preprocess: 0, encode: 0, decode: 20, total: 29 },
    });
    expect(prediction.candidates.map(({ score, perimeterPx }) => [score, perimeterPx])).toEqual([
      [0.4, 11],
      [1.02, 12],
      [0.7, 13],
    ]);
    expect(prediction.candidates[0]?.rle).toEqual({ size: [9, 13], counts: countsToString(rle) });
    expect(logits.map((values) => values?.[0])).toEqual([0, 1, 2]);
    expect([roundTripMs, transferMs]).toEqual([30, 1]);
    expect(recorded).toEqual([['object-3', 'id-5']]);
  });

  test('gives the best candidate alone to a preview, which is not recorded', async () => {
    const { prediction, logits } = await answer({ preview: true });
    expect(prediction.candidates.map(({ index }) => index)).toEqual([1]);
    expect([prediction.best, logits]).toEqual([0, [Float32Array.of(1)]]);
    expect(recorded).toEqual([]);
  });

  test('reads the mask that a prompt names', async () => {
    await answer({ prompt: { ...question.prompt, maskId: 'ab'.repeat(32) } });
    expect(workers[0]?.asked[0]?.request.prompt.mask).toMatchObject({
      kind: 'bitmap',
      bitmap: { width: 13, height: 9 },
    });
  });

  test('refuses what the server would refuse, without asking the worker', async () => {
    const outside = { box: null, points: [{ x: 40, y: 3, label: 'foreground' as const }], maskId: null };
    await expect(answer({ prompt: outside })).rejects.toMatchObject({ code: 'point-outside-image' });
    expect(workers[0]?.asked).toEqual([]);
    expect(workers[0]?.closed).toBe(false);
  });

  test('is started anew for the next image after its worker crashed', async () => {
    const decoders = open();
    await decoders.prepare(key, 'tiny', { signal });
    const first = workers[0] as FakeWorker;
    first.failure = new CalqueError({ code: 'engine-crashed', message: 'it ended', remedy: 'None.' });
    await expect(answer({}, decoders)).rejects.toMatchObject({ code: 'engine-crashed' });
    expect(first.closed).toBe(true);
    await decoders.prepare(key, 'tiny', { signal });
    expect(workers).toHaveLength(2);
  });

  test.each([
    ['whose decoder is in several files', { id: 'tiny', files }],
    ['that the server does not know', { id: 'other', files, decoder }],
  ])('is refused for a model %s', async (_, model) => {
    models = [model];
    await expect(open().prepare(key, 'tiny', { signal })).rejects.toMatchObject({
      code: 'browser-decoder-impossible',
    });
  });

  test('is not given an image that was left meanwhile', async () => {
    const leaving = new AbortController();
    leaving.abort();
    await expect(open().prepare(key, 'tiny', { signal: leaving.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(workers[0]?.admitted).toEqual([]);
  });
});
