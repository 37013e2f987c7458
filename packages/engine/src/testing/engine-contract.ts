import { decodeRle, measureMask, type Prompt, rleArea } from '@calque/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecodeRequest, EncodedImage, Engine, ImageSource, Prediction } from '../contract.ts';

export interface EngineUnderTest {
  readonly engine: Engine;
  /** Two pictures of different content and size, each wider than 40 and higher than 30 pixels. */
  readonly first: ImageSource;
  readonly second: ImageSource;
  /** A box around something, well inside the first picture. */
  readonly box: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number };
  /** A picture that is not there. */
  readonly missing: ImageSource;
}

/** What every engine promises, whatever it runs on. */
export function engineContract(name: string, create: () => Promise<EngineUnderTest>): void {
  describe(`the engine contract: ${name}`, () => {
    let under: EngineUnderTest;
    beforeAll(async () => {
      under = await create();
    });
    afterAll(async () => under.engine.close());

    const boxPrompt = (): Prompt => ({ box: under.box, points: [], mask: null });

    test('an image is encoded once and found again', async () => {
      const { engine, first } = under;
      const one = await engine.encode(first);
      const two = await engine.encode(first);
      expect(two.key).toBe(one.key);
      expect(two.image).toEqual(one.image);
      expect(two.cache).toBe('memory');
      expect(two.timingsMs.encode).toBe(0);
    });

    test('different pictures have different embeddings', async () => {
      const { engine, first, second } = under;
      const [a, b] = await Promise.all([engine.encode(first), engine.encode(second)]);
      expect(a.key).not.toBe(b.key);
      expect(a.image.width === b.image.width && a.image.height === b.image.height).toBe(false);
    });

    test('the measures of a prediction are those of its mask', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      const { mask, chosen, candidates } = await engine.decode(image, { prompt: boxPrompt() });
      expect(mask.rle.size).toEqual({ width: image.image.width, height: image.image.height });
      expect(mask).toMatchObject({ ...measureMask(decodeRle(mask.rle)) });
      expect(mask.areaPx).toBeGreaterThan(0);
      expect(candidates[chosen]).toMatchObject({
        score: mask.score,
        stability: mask.stability,
        areaPx: mask.areaPx,
      });
      expect(candidates.map(({ index }) => index)).toEqual(candidates.map((_, i) => i));
    });

    test('the caller chooses the candidate', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      for (const choose of [0, 1, 2]) {
        const { chosen, mask, candidates } = await engine.decode(image, { prompt: boxPrompt(), choose });
        expect(chosen).toBe(choose);
        expect(mask.score).toBe(candidates[choose]?.score);
      }
      await expect(engine.decode(image, { prompt: boxPrompt(), choose: 9 })).rejects.toMatchObject({
        code: 'prompt-candidate-missing',
      });
    });

    test('all masks and all logits come back when they are asked for', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      const { candidates } = await engine.decode(image, {
        prompt: boxPrompt(),
        allMasks: true,
        logits: true,
      });
      for (const { mask, areaPx, logits } of candidates) {
        expect(mask === undefined ? -1 : rleArea(mask.rle)).toBe(areaPx);
        expect(logits).toHaveLength(256 * 256);
      }
    });

    test('a mask is a prompt, too', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      const { mask } = await engine.decode(image, { prompt: boxPrompt() });
      const again = await engine.decode(image, {
        prompt: { box: null, points: [], mask: { kind: 'bitmap', bitmap: decodeRle(mask.rle) } },
      });
      expect(again.mask.areaPx).toBeGreaterThan(mask.areaPx / 2);
      expect(again.mask.areaPx).toBeLessThan(mask.areaPx * 2);
    });

    test('the logits of an earlier answer are a prompt, too', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      const { candidates, chosen } = await engine.decode(image, { prompt: boxPrompt(), logits: true });
      const logits = candidates[chosen]?.logits ?? new Float32Array();
      const refined: Prompt = { box: under.box, points: [], mask: { kind: 'logits', logits } };
      const again = await engine.decode(image, { prompt: refined });
      expect(again.mask.areaPx).toBeGreaterThan(0);
      await expect(
        engine.decode(image, {
          prompt: { ...refined, mask: { kind: 'logits', logits: logits.subarray(7) } },
        }),
      ).rejects.toMatchObject({ code: 'prompt-mask-logits-wrong-size' });
    });

    test('many prompts on one image get, in their order, the answers that each would get alone', async () => {
      const { engine, first, box } = under;
      const image = await engine.encode(first);
      const point = { x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2, label: 'foreground' as const };
      const requests: DecodeRequest[] = [
        { prompt: boxPrompt(), logits: true },
        { prompt: { box: null, points: [point], mask: null }, choose: 2 },
        { prompt: { box, points: [point], mask: null }, allMasks: true },
      ];
      const alone = [];
      for (const request of requests) alone.push(withoutTimes(await engine.decode(image, request)));
      const seen: number[] = [];
      const onPrediction = (_: Prediction, index: number): number => seen.push(index);
      const together = await engine.decodeMany(image, requests, { onPrediction });
      expect(together.map(withoutTimes)).toEqual(alone);
      expect(seen).toEqual([0, 1, 2]);
      await expect(engine.decodeMany(image, [])).resolves.toEqual([]);
    });

    test('of many prompts none is decoded when one is wrong, and the error says which', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      const seen: number[] = [];
      const requests = [{ prompt: boxPrompt() }, { prompt: { box: null, points: [], mask: null } }];
      await expect(
        engine.decodeMany(image, requests, { onPrediction: (_, index) => seen.push(index) }),
      ).rejects.toMatchObject({ code: 'prompt-empty', details: { request: 1 } });
      expect(seen).toEqual([]);
    });

    test('many prompts are cancelled at once', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      const controller = new AbortController();
      const requests = Array.from({ length: 40 }, () => ({ prompt: boxPrompt() }));
      let answers = 0;
      const onPrediction = (): void => {
        answers++;
        if (answers === 3) controller.abort('enough');
      };
      await expect(
        engine.decodeMany(image, requests, { onPrediction, signal: controller.signal }),
      ).rejects.toBe('enough');
      expect(answers).toBe(3);
    });

    test('arguments of other shapes are refused by name, and harm nothing', async () => {
      const { engine, first, box } = under;
      const image = await engine.encode(first);
      const refused = async (call: () => Promise<unknown>, at: string): Promise<void> => {
        const error = await call().catch((reason: unknown) => reason);
        expect(error, at).toMatchObject({ code: 'engine-request-invalid', details: { at } });
        expect(error, at).toMatchObject({ expected: expect.any(String), remedy: expect.any(String) });
      };
      for (const [source, at] of WRONG_SOURCES) await refused(() => engine.encode(source as never), at);
      for (const [options, at] of WRONG_OPTIONS) {
        await refused(() => engine.start(options as never), at);
        await refused(() => engine.encode(first, options as never), at);
        await refused(() => engine.decode(image, { prompt: boxPrompt() }, options as never), at);
        await refused(() => engine.decodeMany(image, [], options as never), at);
      }
      for (const [handle, at] of wrongImages(image)) {
        await refused(() => engine.decode(handle as never, { prompt: boxPrompt() }), at);
        await refused(() => engine.decodeMany(handle as never, []), at);
      }
      for (const [request, at] of wrongRequests({ box, points: [], mask: null })) {
        await refused(() => engine.decode(image, request as never), at);
        await refused(() => engine.decodeMany(image, [request as never]), at);
      }
      await refused(() => engine.decodeMany(image, 'all' as never), 'requests');
      await expect(engine.decode(image, { prompt: boxPrompt() })).resolves.toBeDefined();
    });

    test('whatever else an argument carries is left behind', async () => {
      const { engine, first } = under;
      const image = await engine.encode({ ...first, watch: () => 0 } as never);
      const request = { prompt: { ...boxPrompt(), hint: () => 0 }, extra: () => 0 };
      await expect(engine.decode(image, request as never)).resolves.toBeDefined();
    });

    test('a box drawn from any corner gives the same mask', async () => {
      const { engine, first, box } = under;
      const image = await engine.encode(first);
      const drawn = { x1: box.x2, y1: box.y2, x2: box.x1, y2: box.y1 };
      const { mask } = await engine.decode(image, { prompt: boxPrompt() });
      const other = await engine.decode(image, { prompt: { box: drawn, points: [], mask: null } });
      expect(other.mask).toEqual(mask);
    });

    test('two people on two images get the masks that each would get alone', async () => {
      const { engine, first, second, box } = under;
      const point = { x: (box.x1 + box.x2) / 2, y: (box.y1 + box.y2) / 2, label: 'foreground' as const };
      const prompts: Prompt[] = [boxPrompt(), { box: null, points: [point], mask: null }];
      const images = [await engine.encode(first), await engine.encode(second)];
      const pairs = images.flatMap((image) => prompts.map((prompt) => ({ image, prompt })));
      const alone = [];
      for (const { image, prompt } of pairs) alone.push((await engine.decode(image, { prompt })).mask);
      const together = await Promise.all(pairs.map(({ image, prompt }) => engine.decode(image, { prompt })));
      expect(together.map(({ mask }) => mask)).toEqual(alone);
    });

    test('a newer call of a session takes the place of the one that waits', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      const calls = [1, 2, 3].map(() =>
        engine.decode(image, { prompt: boxPrompt() }, { session: 'editing' }),
      );
      const results = await Promise.allSettled(calls);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(results[1]).toMatchObject({ reason: { code: 'superseded' } });
    });

    test('a cancelled call rejects with the reason of its signal, and the next one works', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      const reason = new Error('the person clicked elsewhere');
      const controller = new AbortController();
      const call = engine.decode(image, { prompt: boxPrompt() }, { signal: controller.signal });
      controller.abort(reason);
      await expect(call).rejects.toBe(reason);
      await expect(engine.decode(image, { prompt: boxPrompt() })).resolves.toBeDefined();
    });

    test('a prompt that says nothing is refused', async () => {
      const { engine, first } = under;
      const image = await engine.encode(first);
      await expect(
        engine.decode(image, { prompt: { box: null, points: [], mask: null } }),
      ).rejects.toMatchObject({
        code: 'prompt-empty',
      });
    });

    test('the tensors of an embedding are those of its image', async () => {
      const { engine, first, second } = under;
      const [one, other] = [await engine.encode(first), await engine.encode(second)];
      const tensors = await engine.tensors(one);
      expect(Object.keys(tensors).length).toBeGreaterThan(0);
      for (const { dims, data } of Object.values(tensors)) {
        expect(data).toHaveLength(dims.reduce((product, dim) => product * dim, 1));
        expect(data.every(Number.isFinite)).toBe(true);
      }
      expect(await engine.tensors(one)).toEqual(tensors);
      expect(await engine.tensors(other)).not.toEqual(tensors);
    });

    test('an image that is not there is an error of its call alone', async () => {
      const { engine, first, missing } = under;
      await expect(engine.encode(missing)).rejects.toMatchObject({ code: 'image-missing' });
      await expect(engine.encode(first)).resolves.toBeDefined();
    });
  });
}

function withoutTimes({ timingsMs, ...rest }: Prediction): Omit<Prediction, 'timingsMs'> {
  expect(timingsMs.total).toBeGreaterThanOrEqual(0);
  return rest;
}

type Wrong = readonly (readonly [value: unknown, at: string])[];

const WRONG_SOURCES: Wrong = [
  [undefined, 'source'],
  [null, 'source'],
  ['photo.jpg', 'source'],
  [{ kind: 'nope' }, 'source.kind'],
  [{}, 'source.kind'],
  [{ kind: 'file' }, 'source.path'],
  [{ kind: 'file', path: '' }, 'source.path'],
  [{ kind: 'file', path: 'a\0b.jpg' }, 'source.path'],
  [{ kind: 'file', path: new URL('file:///photo.jpg') }, 'source.path'],
  [{ kind: 'bytes', name: 'photo.jpg' }, 'source.bytes'],
  [{ kind: 'bytes', bytes: [255, 216], name: 'photo.jpg' }, 'source.bytes'],
  [{ kind: 'bytes', bytes: new Uint8Array(3) }, 'source.name'],
];

const WRONG_OPTIONS: Wrong = [
  [null, 'options'],
  ['fast', 'options'],
  [{ signal: new AbortController() }, 'options.signal'],
  [{ signal: null }, 'options.signal'],
  [{ lane: 'fast' }, 'options.lane'],
  [{ session: 7 }, 'options.session'],
  [{ onStage: true }, 'options.onStage'],
  [{ onPrediction: [] }, 'options.onPrediction'],
];

function wrongImages(good: EncodedImage): Wrong {
  return [
    [undefined, 'image'],
    ['key', 'image'],
    [{ ...good, key: 7 }, 'image.key'],
    [{ ...good, key: `../${good.key}` }, 'image.key'],
    [{ ...good, image: null }, 'image.image'],
    [{ ...good, image: { ...good.image, path: null } }, 'image.image.path'],
    [{ ...good, image: { ...good.image, width: '64' } }, 'image.image.width'],
    [{ ...good, image: { ...good.image, height: 2 ** 28 } }, 'image.image.height'],
  ];
}

function wrongRequests(prompt: Prompt): Wrong {
  const masked = (mask: unknown): unknown => ({ prompt: { ...prompt, mask } });
  return [
    [undefined, 'request'],
    [{}, 'request.prompt'],
    [{ prompt: null }, 'request.prompt'],
    [{ prompt: { points: [], mask: null } }, 'request.prompt.box'],
    [{ prompt: { ...prompt, box: 'all' } }, 'request.prompt.box'],
    [{ prompt: { ...prompt, points: undefined } }, 'request.prompt.points'],
    [{ prompt: { ...prompt, points: [null] } }, 'request.prompt.points[0]'],
    [masked(undefined), 'request.prompt.mask'],
    [masked({ kind: 'png' }), 'request.prompt.mask.kind'],
    [masked({ kind: 'bitmap' }), 'request.prompt.mask.bitmap'],
    [
      masked({ kind: 'bitmap', bitmap: { width: 2, height: 1, data: [0, 1] } }),
      'request.prompt.mask.bitmap.data',
    ],
    [
      masked({ kind: 'bitmap', bitmap: { width: 2, height: 1, data: Uint8Array.of(0, 255) } }),
      'request.prompt.mask.bitmap.data[1]',
    ],
    [masked({ kind: 'logits', logits: [0] }), 'request.prompt.mask.logits'],
    [masked({ kind: 'logits', logits: Float32Array.of(3, Number.NaN) }), 'request.prompt.mask.logits[1]'],
    [{ prompt, choose: 'worst' }, 'request.choose'],
    [{ prompt, postprocess: null }, 'request.postprocess'],
    [{ prompt, allMasks: 1 }, 'request.allMasks'],
    [{ prompt, logits: 'yes' }, 'request.logits'],
  ];
}
