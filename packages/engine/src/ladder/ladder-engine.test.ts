import { CalqueError, type Prompt, type Size } from '@calque/core';
import { describe, expect, test } from 'vitest';
import type { EncodedImage, ImageSource } from '../contract.ts';
import type { EngineEvent } from '../engine-event.ts';
import { engineCrashed, engineOutOfMemory } from '../errors.ts';
import { createFakeEngine } from '../testing/create-fake-engine.ts';
import { engineContract } from '../testing/engine-contract.ts';
import type { FakeCall } from '../testing/fake-backend.ts';
import { LadderEngine, type LadderModel } from './ladder-engine.ts';
import type { Fallback, Rung } from './memory-step.ts';

const image: ImageSource = { kind: 'file', path: '/photos/bird.jpg' };
const prompt: Prompt = { box: { x1: 8, y1: 6, x2: 50, y2: 40 }, points: [], mask: null };
const large = { id: 'large' };
const small = { id: 'small' };

interface Setup {
  /** Throws where a call does not get the memory that it needs. */
  readonly trouble: (call: FakeCall, rung: Rung<LadderModel>) => void | Promise<void>;
  readonly fallbacks?: readonly Fallback<LadderModel>[];
  readonly killedForMemory?: () => boolean;
}

function harness({ trouble, fallbacks = [], killedForMemory = () => false }: Setup) {
  const opened: ReturnType<typeof createFakeEngine>[] = [];
  const steps: [string, string][] = [];
  const engine = new LadderEngine<LadderModel>({
    top: { step: null, model: large, smallBatch: false, lowMemory: false, cpuOnly: false },
    open: async (rung) => {
      const fake = createFakeEngine({ sizeOf, before: (call) => trouble(call, rung) });
      opened.push(fake);
      return fake;
    },
    facts: async () => ({ model: large, fallbacks, lowMemory: false, onAccelerator: false }),
    onEvent: (event: EngineEvent) => {
      if (event.kind === 'memory-step') steps.push([event.step, event.model]);
    },
    killedForMemory,
  });
  return { engine, steps, opened };
}

const sizeOf = (source: ImageSource): Size => {
  const path = source.kind === 'file' ? source.path : source.name;
  if (path === 'missing.png')
    throw new CalqueError({ code: 'image-missing', message: 'missing.png does not exist' });
  return path === 'b.png' ? { width: 71, height: 93 } : { width: 64, height: 48 };
};

const noMemory = (): never => {
  throw engineOutOfMemory('encoding', 'bad_alloc');
};
const killed = (): never => {
  throw engineCrashed({ role: 'encoder', how: 'SIGKILL', killed: true, stderr: '' });
};

engineContract('with a ladder, at the top of it', async () => ({
  engine: harness({ trouble: () => undefined }).engine,
  first: { kind: 'file', path: 'a.png' },
  second: { kind: 'file', path: 'b.png' },
  missing: { kind: 'file', path: 'missing.png' },
  box: { x1: 12, y1: 8, x2: 50, y2: 40 },
}));

describe('when memory does not suffice', () => {
  test('the call is answered at the first rung where it does, and each step is told', async () => {
    const { engine, steps } = harness({
      trouble: ({ name }, { lowMemory }) => {
        if (name === 'encode' && !lowMemory) noMemory();
      },
    });
    expect(await engine.encode(image)).toMatchObject({ cache: 'miss' });
    expect(steps).toEqual([
      ['smaller-batch', 'large'],
      ['arena-off', 'large'],
    ]);
    expect(engine.rung).toMatchObject({ step: 'arena-off', lowMemory: true });
    await engine.close();
  });

  test('a smaller model answers in the end, for images that the larger one had encoded, too', async () => {
    let isShort = false;
    const { engine, steps, opened } = harness({
      fallbacks: [{ step: 'smaller-model', model: small }],
      trouble: (_, { model }) => {
        if (isShort && model === large) noMemory();
      },
    });
    const encoded = await engine.encode(image);
    isShort = true;
    const prediction = await engine.decode(encoded, { prompt });
    expect(prediction.mask.areaPx).toBeGreaterThan(0);
    expect(steps.map(([step]) => step)).toEqual(['smaller-batch', 'arena-off', 'smaller-model']);
    expect(opened.at(-1)?.backend.calls.map(({ name }) => name)).toEqual([
      'start',
      'read',
      'encode',
      'decode',
    ]);
    await expect(engine.tensors(encoded)).rejects.toMatchObject({ code: 'embedding-missing' });
    await engine.close();
  });

  test('the error is told when nothing is left to give up, and the next call is tried all the same', async () => {
    let isShort = true;
    const { engine, steps } = harness({
      trouble: ({ name }) => {
        if (isShort && name === 'encode') noMemory();
      },
    });
    await expect(engine.encode(image)).rejects.toMatchObject({ code: 'engine-out-of-memory' });
    expect(steps.at(-1)).toEqual(['none-left', 'large']);
    isShort = false;
    await expect(engine.encode(image)).resolves.toMatchObject({ cache: 'miss' });
    await engine.close();
  });

  test('calls that fail together make one step, and all are answered', async () => {
    const { engine, steps } = harness({
      trouble: ({ name }, { smallBatch }) => {
        if (name === 'decode' && !smallBatch) noMemory();
      },
    });
    const encoded = await engine.encode(image);
    const answers = await Promise.all([1, 2, 3].map(() => engine.decode(encoded, { prompt })));
    expect(answers.map(({ chosen }) => chosen)).toEqual([1, 1, 1]);
    expect(steps).toEqual([['smaller-batch', 'large']]);
    await engine.close();
  });

  test('a batch goes on where it was: no answer comes twice', async () => {
    let decodes = 0;
    const { engine } = harness({
      trouble: ({ name }, { smallBatch }) => {
        if (name === 'decode' && ++decodes === 3 && !smallBatch) noMemory();
      },
    });
    const encoded = await engine.encode(image);
    const heard: number[] = [];
    const requests = [0, 1, 2, 0, 1].map((choose) => ({ prompt, choose }));
    const answers = await engine.decodeMany(encoded, requests, {
      onPrediction: (_, index) => heard.push(index),
    });
    expect(answers.map(({ chosen }) => chosen)).toEqual([0, 1, 2, 0, 1]);
    expect(heard).toEqual([0, 1, 2, 3, 4]);
    await engine.close();
  });

  test('it climbs to the top again when it is told to', async () => {
    let isShort = true;
    const { engine, steps, opened } = harness({
      trouble: ({ name }) => {
        if (isShort && name === 'encode') {
          isShort = false;
          noMemory();
        }
      },
    });
    const encoded = await engine.encode(image);
    await engine.climb();
    expect(engine.rung.step).toBeNull();
    expect(steps).toEqual([
      ['smaller-batch', 'large'],
      ['climbed', 'large'],
    ]);
    await engine.decode(encoded, { prompt });
    await engine.climb();
    expect(opened).toHaveLength(3);
    await engine.close();
  });
});

describe('when a process is killed', () => {
  const killedTimes = (times: number) => {
    let left = times;
    return ({ name }: FakeCall): void => {
      if (name === 'encode' && left-- > 0) killed();
    };
  };

  test('once, the call is made again as it was', async () => {
    const { engine, steps } = harness({ trouble: killedTimes(1) });
    await expect(engine.encode(image)).resolves.toMatchObject({ cache: 'miss' });
    expect(steps).toEqual([]);
    await engine.close();
  });

  test('twice in one call, it is taken for lack of memory', async () => {
    const { engine, steps } = harness({ trouble: killedTimes(2) });
    await expect(engine.encode(image)).resolves.toMatchObject({ cache: 'miss' });
    expect(steps).toEqual([['smaller-batch', 'large']]);
    await engine.close();
  });

  test('and the system says that it was for lack of memory, once is enough', async () => {
    const { engine, steps } = harness({ trouble: killedTimes(1), killedForMemory: () => true });
    await engine.encode(image);
    expect(steps).toEqual([['smaller-batch', 'large']]);
    await engine.close();
  });
});

test('a call that is cancelled makes no step', async () => {
  const controller = new AbortController();
  const { engine, steps } = harness({
    trouble: ({ name }) => {
      if (name !== 'encode') return;
      controller.abort(new Error('the page was closed'));
      noMemory();
    },
  });
  await expect(engine.encode(image, { signal: controller.signal })).rejects.toThrow();
  expect(steps).toEqual([]);
  await engine.close();
});

test('a closed engine takes no step and no call', async () => {
  const { engine } = harness({ trouble: () => undefined });
  const encoded: EncodedImage = await engine.encode(image);
  await engine.close();
  await expect(engine.decode(encoded, { prompt })).rejects.toMatchObject({ code: 'engine-closed' });
});
