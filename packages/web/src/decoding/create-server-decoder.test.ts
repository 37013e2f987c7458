import { float16Bytes, float16FromFloat32 } from '@calque/api';
import { expect, test } from 'vitest';
import { answerTo } from '../editor/testing/fake-answers.ts';
import { createServerDecoder } from './create-server-decoder.ts';

const prompt = { box: { x1: 2, y1: 1, x2: 9, y2: 7 }, points: [], maskId: null };
const question = {
  datasetId: 'dataset-1',
  imageId: 'image-1',
  model: 'tiny',
  prompt,
  annotationId: null,
  preview: false,
};
const logits = [0.5, -2, 7.25].map((value) => Float32Array.of(value, -value, value, 1));

function open() {
  const calls: [string, unknown][] = [];
  const answer = answerTo('tiny', prompt);
  const client = {
    call: (async (name: string, { params, body }: { params: object; body?: { logits?: string } }) => {
      calls.push([name, body?.logits ?? params]);
      if (name === 'readLogits')
        return float16Bytes(Float32Array.from(logits.flatMap((some) => [...some]))).buffer;
      const candidates = answer.candidates.map((candidate, index) => {
        const float16 = float16FromFloat32(logits[index] ?? new Float32Array());
        return index === answer.best ? { ...candidate, logits: { side: 2, float16 } } : candidate;
      });
      return { ...answer, candidates };
    }) as never,
  };
  let nowMs = 100;
  const decoder = createServerDecoder({ client, clock: { now: () => (nowMs += 17) } });
  const masks = { readMask: () => Promise.reject(new Error('none')), maskWritten: async () => undefined };
  const options = { signal: new AbortController().signal, masks };
  return { calls, answer, ask: (preview: boolean) => decoder.predict({ ...question, preview }, options) };
}

test('the answer comes with the logits of the best candidate, and the others can be fetched', async () => {
  const { calls, answer, ask } = open();
  const given = await ask(false);
  expect(given.logits.map((some) => some !== null)).toEqual([0, 1, 2].map((index) => index === answer.best));
  expect(given.logits[answer.best]).toEqual(logits[answer.best]);
  expect(given.roundTripMs).toBe(17);
  expect(await given.restOfLogits?.()).toEqual(logits);
  const { datasetId, imageId } = question;
  expect(calls).toEqual([
    ['predict', 'best'],
    ['readLogits', { datasetId, imageId, predictionId: answer.id }],
  ]);
});

test('of a preview nothing else can be fetched: it is not kept', async () => {
  expect((await open().ask(true)).restOfLogits).toBeNull();
});
