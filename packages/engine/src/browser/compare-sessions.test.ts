import { describe, expect, test } from 'vitest';
import type { DecodeRequest } from '../contract.ts';
import type { DecodedPrompt } from '../service/backend.ts';
import { compareSessions } from './compare-sessions.ts';

const image = { width: 40, height: 30 };

/** A provider whose every answer takes that long, on a clock that moves with the answers alone. */
class Provider {
  readonly asked: DecodeRequest[] = [];

  readonly #clock: { ms: number };
  readonly #tookMs: number;
  readonly #logit: number;
  readonly #score: number;

  constructor(clock: { ms: number }, tookMs: number, logit: number, score = 0.9) {
    this.#clock = clock;
    this.#tookMs = tookMs;
    this.#logit = logit;
    this.#score = score;
  }

  readonly answer = async (request: DecodeRequest): Promise<DecodedPrompt> => {
    this.asked.push(request);
    this.#clock.ms += this.#tookMs;
    const logits = Float32Array.of(-3, this.#logit, 5);
    const measures = { areaPx: 1, box: null, stability: 1 };
    const mask = {
      ...measures,
      score: this.#score,
      perimeterPx: 0,
      components: 1,
      holes: 0,
      rle: { size: image, counts: Uint32Array.of(1200) },
    };
    const candidate = { index: 0, score: this.#score, ...measures, logits };
    const times = { decodeMs: this.#tookMs, postprocessMs: 0, measureMs: 0 };
    return { candidates: [candidate], chosen: 0, mask, provider: 'fake', ...times };
  };
}

async function verdictOn(tookMs: number, logit: number, score?: number) {
  const clock = { ms: 0 };
  const trusted = new Provider(clock, 100, 1.5);
  const tried = new Provider(clock, tookMs, logit, score);
  return compareSessions(trusted.answer, tried.answer, image, () => clock.ms);
}

describe('another provider', () => {
  test('is used where it answers the same and sooner', async () => {
    expect(await verdictOn(20, 1.51)).toEqual({ use: true, trustedMs: 100, triedMs: 20 });
  });

  test('is not used where it is slower, however right', async () => {
    expect(await verdictOn(130, 1.5)).toEqual({ use: false, reason: 'it is slower: 130 against 100 ms' });
  });

  test.each([
    ['logit', 1.7, 0.9],
    ['logit', Number.NaN, 0.9],
    ['score', 1.5, 0.8],
    ['score', 1.5, Number.NaN],
  ])('is not used where a %s is wrong, however fast', async (what, logit, score) => {
    const verdict = await verdictOn(1, logit, score);
    expect(verdict).toMatchObject({ use: false });
    expect(verdict).toHaveProperty('reason', expect.stringContaining(`a ${what} is off`));
  });

  test('is asked with a box and a point inside the image', async () => {
    const clock = { ms: 0 };
    const trusted = new Provider(clock, 1, 1);
    await compareSessions(trusted.answer, trusted.answer, image, () => clock.ms);
    expect(trusted.asked[0]?.prompt).toEqual({
      box: { x1: 10, y1: 7.5, x2: 30, y2: 22.5 },
      points: [{ x: 20, y: 15, label: 'foreground' }],
      mask: null,
    });
  });
});
