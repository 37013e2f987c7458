import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo } from '../editor/testing/fake-answers.ts';
import { FakeClock } from '../editor/testing/fake-clock.ts';
import { unreachable, withStatus } from '../editor/testing/fake-server.ts';
import { createPredictionRecorder, type PredictionRecorder } from './prediction-recorder.ts';
import type { KeptRecord, RecordStore } from './record-store.ts';

let clock: FakeClock;
let store: MemoryRecordStore;
let server: RecordingServer;
let refused: string[];

class MemoryRecordStore implements RecordStore {
  readonly kept: KeptRecord[] = [];
  broken = false;

  async all(): Promise<KeptRecord[]> {
    return [...this.kept];
  }

  async keep(record: KeptRecord): Promise<void> {
    if (this.broken) throw new Error('no room');
    this.kept.push(record);
  }

  async drop(id: string): Promise<void> {
    const at = this.kept.findIndex(({ prediction }) => prediction.id === id);
    if (at >= 0) this.kept.splice(at, 1);
  }
}

class RecordingServer {
  readonly recorded: unknown[] = [];
  failure: Error | null = null;

  readonly call = (async (_: string, { params, body }: { params: object; body: { id: string } }) => {
    await clock.wait(5);
    if (this.failure !== null) throw this.failure;
    this.recorded.push({ ...params, ...body });
    return body;
  }) as never;

  get ids(): string[] {
    return this.recorded.map((prediction) => (prediction as { id: string }).id);
  }
}

const prompt = { box: null, points: [{ x: 4.5, y: 3.5, label: 'foreground' as const }], maskId: null };
const question = {
  datasetId: 'dataset-1',
  imageId: 'image-1',
  model: 'tiny',
  prompt,
  annotationId: 'object-3',
  preview: false,
};
const named = (id: string) => ({ ...answerTo('tiny', prompt), id });

function open(): PredictionRecorder {
  return createPredictionRecorder({
    client: server,
    store,
    clock,
    onRefused: ({ prediction }) => refused.push(prediction.id),
  });
}

beforeEach(() => {
  clock = new FakeClock();
  store = new MemoryRecordStore();
  server = new RecordingServer();
  refused = [];
});

describe('a prediction of the page', () => {
  test('is put on record with the object that it is for, and is kept no longer', async () => {
    const recorder = open();
    recorder.record(question, named('first'));
    expect(recorder.unsent).toBe(1);
    await clock.runOut();
    const { imageId, ...prediction } = named('first');
    expect(server.recorded).toEqual([
      { datasetId: 'dataset-1', imageId, ...prediction, annotationId: 'object-3' },
    ]);
    expect([recorder.unsent, store.kept]).toEqual([0, []]);
  });

  test('waits for a server that is gone, in its order', async () => {
    const recorder = open();
    server.failure = unreachable();
    recorder.record(question, named('first'));
    await clock.advance(2000);
    recorder.record(question, named('second'));
    await clock.advance(20_000);
    expect([recorder.unsent, store.kept.length, server.ids]).toEqual([2, 2, []]);
    server.failure = null;
    recorder.retry();
    await clock.advance(20);
    expect(server.ids).toEqual(['first', 'second']);
  });

  test('outlives the page', async () => {
    server.failure = unreachable();
    open().record(question, named('first'));
    await clock.advance(10);
    server.failure = null;
    const next = open();
    await next.resume();
    await clock.advance(20);
    expect(server.ids).toEqual(['first']);
    expect(store.kept).toEqual([]);
  });

  test('that the server refuses for good is said, and does not hold up those behind it', async () => {
    const recorder = open();
    server.failure = withStatus('image-changed', 409);
    recorder.record(question, named('first'));
    await clock.advance(20);
    server.failure = null;
    recorder.record(question, named('second'));
    await clock.runOut();
    expect([refused, server.ids, store.kept]).toEqual([['first'], ['second'], []]);
  });

  test('is sent also where the browser keeps nothing', async () => {
    store.broken = true;
    open().record(question, named('first'));
    await clock.runOut();
    expect(server.ids).toEqual(['first']);
  });
});
