import type { ModelManifest } from '@calque/models';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeStore, ServerHarness } from '../testing/server-harness.ts';
import { smallerModels } from './smaller-models.ts';

describe('a model for which memory does not suffice', () => {
  let harness: ServerHarness;
  beforeEach(async () => {
    harness = await ServerHarness.create();
    await harness.parts.models.prepareDefault();
  });
  afterEach(() => harness.close());

  const stepDown = (step: 'arena-off' | 'none-left'): void =>
    harness.engineListeners[0]?.({ kind: 'memory-step', step, model: 'fake', cause: 'bad_alloc' });
  const model = async () => (await harness.client.call('listModels', {}))[0];

  test('says what it does without, to pages that are open and to those that come', async () => {
    expect(await model()).not.toHaveProperty('memory');
    stepDown('arena-off');
    const memory = { step: 'arena-off', answeredBy: 'fake', since: expect.stringMatching(/^20\d\d-/) };
    expect(await model()).toMatchObject({ memory });
    const told = await harness.until((event) => event.type === 'model' && event.model.memory !== undefined);
    expect(told).toMatchObject({ model: { id: 'fake', memory } });
  });

  test('is tried at its full size again when somebody asks for it', async () => {
    stepDown('arena-off');
    const restored = await harness.client.call('restoreModel', { params: { modelId: 'fake' } });
    expect(restored).not.toHaveProperty('memory');
    expect(await model()).not.toHaveProperty('memory');
  });

  test('is counted by step, and so are processes that were started again', async () => {
    stepDown('arena-off');
    stepDown('none-left');
    const tell = harness.engineListeners[0];
    tell?.({ kind: 'child-started', role: 'encoder', pid: 7, again: false });
    tell?.({ kind: 'child-started', role: 'encoder', pid: 8, again: true });
    const { body } = await harness.inject('GET', '/metrics');
    expect(body).toContain('calque_out_of_memory_total{model="fake",step="arena-off"} 1');
    expect(body).toContain('calque_out_of_memory_total{model="fake",step="none-left"} 1');
    expect(body).toContain('calque_child_restarts_total{model="fake",role="encoder"} 1');
  });
});

describe('the models to fall back to', () => {
  const base = new FakeStore().manifest('fake');
  const made = (id: string, variant: string, sizeBytes: number): ModelManifest => ({
    ...base,
    ...{ id, variant, encoder: { ...base.encoder, sizeBytes } },
  });
  const manifests = [
    made('large', 'vit-l', 900),
    made('tiny', 'hiera-tiny', 100),
    made('base', 'vit-b', 400),
    made('large-int8', 'vit-l', 300),
    made('away', 'vit-b', 350),
    made('huge', 'vit-h', 2000),
  ];
  const store = {
    manifest: (id: string) => manifests.find((manifest) => manifest.id === id) ?? base,
    list: async () =>
      manifests.map((manifest) => ({
        ...{ manifest, isDefault: false, folder: '', sizeBytes: 1 },
        state: manifest.id === 'away' ? ('absent' as const) : ('installed' as const),
      })),
    resolve: async (id: string) => ({ manifest: store.manifest(id), folder: id }) as never,
  };

  test('are those that are installed and smaller: the same one with smaller weights first, then by size', async () => {
    const found = await smallerModels(store, 'large');
    expect(found.map(({ step, model }) => [step, model.folder])).toEqual([
      ['lower-precision', 'large-int8'],
      ['smaller-model', 'base'],
      ['smaller-model', 'tiny'],
    ]);
    expect(await smallerModels(store, 'tiny')).toEqual([]);
  });
});
