import { getEventListeners } from 'node:events';
import { CalqueError, type Prompt } from '@calque/core';
import { describe, expect, test } from 'vitest';
import type { ImageSource } from '../contract.ts';
import { engineCrashed } from '../errors.ts';
import { createFakeEngine, engineContract, type FakeCall } from '../testing/index.ts';

const file = (path: string): ImageSource => ({ kind: 'file', path });
const prompt: Prompt = { box: { x1: 10, y1: 5, x2: 50, y2: 29 }, points: [], mask: null };
const names = (calls: readonly FakeCall[]): string[] => calls.map(({ name }) => name);

/** Holds calls back until the test opens the gate. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

engineContract('the fake', async () => ({
  engine: createFakeEngine({
    sizeOf: (source) => {
      const path = source.kind === 'file' ? source.path : source.name;
      if (path === 'missing.png')
        throw new CalqueError({ code: 'image-missing', message: 'missing.png does not exist' });
      return path === 'b.png' ? { width: 71, height: 93 } : { width: 64, height: 48 };
    },
  }),
  first: file('a.png'),
  second: file('b.png'),
  missing: file('missing.png'),
  box: { x1: 12, y1: 8, x2: 50, y2: 40 },
}));

describe('the engine service', () => {
  test('a hundred prompts on one image cost one encode and a hundred decodes', async () => {
    const engine = createFakeEngine();
    const image = await engine.encode(file('a.png'));
    await Promise.all(Array.from({ length: 100 }, () => engine.decode(image, { prompt })));
    expect(names(engine.backend.calls).filter((name) => name === 'encode')).toHaveLength(1);
    expect(names(engine.backend.calls).filter((name) => name === 'decode')).toHaveLength(100);
  });

  test('identical concurrent encodes are done once', async () => {
    const engine = createFakeEngine();
    const images = await Promise.all(Array.from({ length: 7 }, () => engine.encode(file('a.png'))));
    expect(names(engine.backend.calls).filter((name) => name === 'encode')).toHaveLength(1);
    expect(new Set(images.map(({ key }) => key)).size).toBe(1);
  });

  test('a shared encode goes on while one person still wants it, and stops with the last', async () => {
    const { opened, open } = gate();
    const engine = createFakeEngine({ before: ({ name }) => (name === 'encode' ? opened : undefined) });
    const impatient = new AbortController();
    const patient = new AbortController();
    const encoding = { one: gate(), two: gate() };
    const one = engine.encode(file('a.png'), {
      signal: impatient.signal,
      onStage: (stage) => stage === 'encoding' && encoding.one.open(),
    });
    const two = engine.encode(file('a.png'), {
      signal: patient.signal,
      onStage: (stage) => stage === 'encoding' && encoding.two.open(),
    });
    await Promise.all([encoding.one.opened, encoding.two.opened]);
    impatient.abort('gone');
    await expect(one).rejects.toBe('gone');
    const encode = engine.backend.calls.find(({ name }) => name === 'encode');
    expect(encode?.signal?.aborted).toBe(false);
    patient.abort('gone, too');
    await expect(two).rejects.toBe('gone, too');
    expect(encode?.signal?.aborted).toBe(true);
    open();
    await expect(engine.encode(file('a.png'))).resolves.toMatchObject({ cache: 'miss' });
  });

  test('an image of the batch that a person opens is encoded before the rest of the batch', async () => {
    const first = gate();
    const engine = createFakeEngine({
      before: ({ name, key }) => (name === 'encode' && key === busyKey ? first.opened : undefined),
    });
    let busyKey = '';
    busyKey = (await createFakeEngine().encode(file('busy.png'))).key;
    const order: string[] = [];
    const encode = async (path: string, lane: 'batch' | 'interactive'): Promise<void> => {
      const { key } = await engine.encode(file(path), { lane });
      order.push(path);
      expect(key).not.toBe('');
    };
    const busy = encode('busy.png', 'batch');
    const reads = () => names(engine.backend.calls).filter((name) => name === 'read').length;
    const others = ['b.png', 'c.png', 'wanted.png'].map((path) => encode(path, 'batch'));
    while (reads() < 4) await new Promise(setImmediate);
    const wanted = encode('wanted.png', 'interactive');
    while (reads() < 5) await new Promise(setImmediate);
    await new Promise(setImmediate);
    first.open();
    await Promise.all([busy, ...others, wanted]);
    const encodes = engine.backend.calls.filter(({ name }) => name === 'encode').map(({ key }) => key);
    expect(encodes).toHaveLength(4);
    const keyOf = async (path: string) => (await engine.encode(file(path))).key;
    expect(encodes.indexOf(await keyOf('wanted.png'))).toBe(1);
  });

  test('an older call whose embedding was lost does not push the newer one of its session aside', async () => {
    const again = gate();
    const reading = gate();
    let reads = 0;
    const engine = createFakeEngine({
      before: ({ name }) => {
        if (name !== 'read' || ++reads < 2) return;
        reading.open();
        return again.opened;
      },
    });
    const image = await engine.encode(file('a.png'));
    engine.backend.forgetEmbeddings();
    const older = engine.decode(image, { prompt }, { session: 'editing' });
    await reading.opened;
    const newer = engine.decode(image, { prompt }, { session: 'editing' });
    again.open();
    await expect(older).rejects.toMatchObject({ code: 'superseded' });
    await expect(newer).resolves.toBeDefined();
  });

  test('an embedding that was lost is made again from its source, unseen', async () => {
    const engine = createFakeEngine();
    const image = await engine.encode(file('a.png'));
    const before = await engine.decode(image, { prompt });
    engine.backend.forgetEmbeddings();
    const after = await engine.decode(image, { prompt });
    expect(after.mask).toEqual(before.mask);
    expect(names(engine.backend.calls).filter((name) => name === 'encode')).toHaveLength(2);
  });

  test('an image that is another by then is said, not segmented', async () => {
    let size = { width: 64, height: 48 };
    const engine = createFakeEngine({ sizeOf: () => size });
    const image = await engine.encode(file('a.png'));
    engine.backend.forgetEmbeddings();
    size = { width: 80, height: 20 };
    await expect(engine.decode(image, { prompt })).rejects.toMatchObject({ code: 'image-changed' });
  });

  test('an embedding of nothing that was ever encoded here is said to be missing', async () => {
    const engine = createFakeEngine();
    const image = await engine.encode(file('a.png'));
    await expect(engine.decode({ ...image, key: 'another' }, { prompt })).rejects.toMatchObject({
      code: 'embedding-missing',
    });
  });

  test('a crash is the error of its request; the next one works', async () => {
    let crashes = 1;
    const engine = createFakeEngine({
      before: ({ name }) => {
        if (name === 'decode' && crashes-- > 0)
          throw engineCrashed({ role: 'decoder', how: 'SIGKILL', killed: true, stderr: '' });
      },
    });
    const image = await engine.encode(file('a.png'));
    await expect(engine.decode(image, { prompt })).rejects.toMatchObject({ code: 'engine-crashed' });
    await expect(engine.decode(image, { prompt })).resolves.toBeDefined();
  });

  test('a model that could not be loaded is tried again by the next call', async () => {
    let broken = true;
    const engine = createFakeEngine({
      before: ({ name }) => {
        if (name === 'start' && broken) throw new Error('no memory');
      },
    });
    await expect(engine.encode(file('a.png'))).rejects.toThrow('no memory');
    broken = false;
    await expect(engine.encode(file('a.png'))).resolves.toBeDefined();
  });

  test('any number of calls share one signal, and leave nothing on it', async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on('warning', warned);
    try {
      const { signal } = new AbortController();
      const engine = createFakeEngine({ maxWaiting: 1000 });
      const images = await Promise.all(
        Array.from({ length: 250 }, (_, i) => engine.encode(file(`${i % 3}.png`), { signal })),
      );
      const decodes = images.map((image) => engine.decode(image, { prompt }, { signal }));
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      await Promise.all(decodes);
      await new Promise(setImmediate);
      expect(warnings).toEqual([]);
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    } finally {
      process.off('warning', warned);
    }
  });

  test('five hundred calls that share a signal are all cancelled by it', async () => {
    const controller = new AbortController();
    const engine = createFakeEngine({ maxWaiting: 1000 });
    const image = await engine.encode(file('a.png'));
    const calls = Array.from({ length: 500 }, () =>
      engine.decode(image, { prompt }, { signal: controller.signal }),
    );
    controller.abort('enough');
    const results = await Promise.allSettled(calls);
    expect(results.every((result) => result.status === 'rejected' && result.reason === 'enough')).toBe(true);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await expect(engine.decode(image, { prompt })).resolves.toBeDefined();
  });

  test('a prompt that somebody waits for goes before the rest of many', async () => {
    const first = gate();
    let decodes = 0;
    const engine = createFakeEngine({
      before: ({ name }) => (name === 'decode' && ++decodes === 1 ? first.opened : undefined),
    });
    const image = await engine.encode(file('a.png'));
    const order: string[] = [];
    const requests = Array.from({ length: 300 }, () => ({ prompt }));
    const many = engine.decodeMany(image, requests, {
      onPrediction: (_, index) => order.push(`${index}`),
    });
    while (decodes < 1) await new Promise(setImmediate);
    const clicked = engine.decode(image, { prompt }).then(() => order.push('click'));
    first.open();
    await Promise.all([many, clicked]);
    expect(order.slice(0, 3)).toEqual(['0', 'click', '1']);
    expect(order).toHaveLength(301);
  });

  test('the first failure of many ends them, and says which it was', async () => {
    let decodes = 0;
    const engine = createFakeEngine({
      before: ({ name }) => {
        if (name === 'decode' && ++decodes === 4)
          throw engineCrashed({ role: 'decoder', how: 'SIGKILL', killed: true, stderr: '' });
      },
    });
    const image = await engine.encode(file('a.png'));
    const many = engine.decodeMany(
      image,
      Array.from({ length: 50 }, () => ({ prompt })),
    );
    await expect(many).rejects.toMatchObject({ code: 'engine-crashed', details: { request: 3 } });
    await new Promise(setImmediate);
    expect(decodes).toBeLessThanOrEqual(5);
  });

  test('closing rejects what is under way', async () => {
    const { opened, open } = gate();
    const engine = createFakeEngine({ before: ({ name }) => (name === 'encode' ? opened : undefined) });
    const encode = engine.encode(file('a.png'));
    while (!names(engine.backend.calls).includes('encode')) await new Promise(setImmediate);
    await engine.close();
    await expect(encode).rejects.toMatchObject({ code: 'engine-closed' });
    await expect(engine.encode(file('a.png'))).rejects.toMatchObject({ code: 'engine-closed' });
    open();
  });
});
