import type { RecordedRle } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { createMaskMaker, type MaskWorker } from './create-mask-maker.ts';
import { makeMask, makePainted } from './make-mask.ts';
import type { MaskCalls } from './mask-calls.ts';
import type { MaskSource } from './mask-maker.ts';

/** A worker in-process that computes when it is told to. */
class HeldWorker implements MaskWorker {
  readonly asked: MaskSource[] = [];
  readonly #releases: (() => void)[] = [];
  #fail: (reason: string) => void = () => {};
  readonly failed = new Promise<string>((resolve) => {
    this.#fail = resolve;
  });
  ended = false;
  held = false;

  readonly calls: MaskCalls = {
    show: async (source) => {
      this.asked.push(source);
      if (this.held) await new Promise<void>((resolve) => this.#releases.push(resolve));
      return { ok: true, mask: makeMask(source) };
    },
    paint: async (stroke) => ({ ok: true, mask: makePainted(stroke) }),
  };

  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }

  fail(reason: string): void {
    this.#fail(reason);
  }

  end(): void {
    this.ended = true;
  }
}

const rle: RecordedRle = { size: [3, 4], counts: '192' };
const source = (keepLargest: number): MaskSource => ({ kind: 'stored', rle, postprocess: { keepLargest } });
const signal = new AbortController().signal;
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('the mask maker', () => {
  test('computes what is asked twice once', async () => {
    const worker = new HeldWorker();
    const masks = createMaskMaker(() => worker);
    const first = await masks.show(source(1), { signal });
    expect(await masks.show(source(1), { signal })).toBe(first);
    expect(worker.asked).toHaveLength(1);
    await masks.show(source(2), { signal });
    expect(worker.asked).toHaveLength(2);
  });

  test('tells logits of equal masks apart', async () => {
    const worker = new HeldWorker();
    const masks = createMaskMaker(() => worker);
    const measures = { areaPx: 3, perimeterPx: 4, box: null, components: 1, holes: 0 };
    const candidate = { kind: 'candidate', rle, measures, input: null, postprocess: {} } as const;
    const logits = new Float32Array(65_536).fill(-1);
    await masks.show({ ...candidate, logits }, { signal });
    await masks.show({ ...candidate, logits: logits.slice() }, { signal });
    await masks.show({ ...candidate, logits }, { signal });
    expect(worker.asked).toHaveLength(2);
  });

  test('never computes what was called off before its turn: of a dragged slider, the first and the last', async () => {
    const worker = new HeldWorker();
    worker.held = true;
    const masks = createMaskMaker(() => worker);
    const moves = [1, 2, 3, 4].map((keepLargest) => {
      const move = new AbortController();
      const mask = masks.show(source(keepLargest), { signal: move.signal });
      mask.catch(() => undefined);
      return { move, mask };
    });
    await settle();
    for (const { move } of moves.slice(0, -1)) move.abort(new Error('a newer value'));
    await expect(moves[0]?.mask).rejects.toThrow('a newer value');
    await expect(moves[1]?.mask).rejects.toThrow('a newer value');
    worker.held = false;
    worker.release();
    await moves[3]?.mask;
    expect(worker.asked.map(({ postprocess }) => postprocess.keepLargest)).toEqual([1, 4]);
  });

  test('says what is wrong with a mask by its own error', async () => {
    const failing = new HeldWorker();
    const error = { code: 'rle-malformed', message: 'cut' };
    const masks = createMaskMaker(() => ({
      ...failing,
      end: () => undefined,
      calls: { ...failing.calls, show: async () => ({ ok: false, error }) },
    }));
    await expect(masks.show(source(1), { signal })).rejects.toMatchObject({ code: 'rle-malformed' });
  });

  test('goes on with another worker when one failed', async () => {
    const workers: HeldWorker[] = [];
    const masks = createMaskMaker(() => {
      const worker = new HeldWorker();
      worker.held = workers.length === 0;
      workers.push(worker);
      return worker;
    });
    const lost = masks.show(source(1), { signal });
    await settle();
    workers[0]?.fail('out of memory');
    await expect(lost).rejects.toMatchObject({ code: 'page-worker-failed' });
    expect(workers[0]?.ended).toBe(true);
    expect((await masks.show(source(1), { signal })).rle).toEqual(rle);
    expect(workers).toHaveLength(2);
  });
});
