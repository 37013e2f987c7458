import { boxFromArray, type Size } from '@calque/core';
import type { DecodeRequest } from '../contract.ts';
import type { DecodedPrompt } from '../service/backend.ts';

export type Answers = (request: DecodeRequest) => Promise<DecodedPrompt>;

export type Verdict =
  | { readonly use: true; readonly trustedMs: number; readonly triedMs: number }
  | { readonly use: false; readonly reason: string };

/** How far logits and scores of a provider may lie from those of the trusted one: far less than moves a pixel's edge. */
const MOST_LOGIT_DIFFERENCE = 0.05;
const MOST_SCORE_DIFFERENCE = 0.005;
const ROUNDS = 3;

/**
 * Whether a provider gives the answers of the one that is trusted, and gives them sooner. Some graphics drivers compute
 * wrongly without a word, so being there is not enough.
 *
 * @param now milliseconds.
 */
export async function compareSessions(
  trusted: Answers,
  tried: Answers,
  image: Size,
  now: () => number,
): Promise<Verdict> {
  const request = probeRequest(image);
  const [right, found] = [await trusted(request), await tried(request)];
  const difference = firstDifference(right, found);
  if (difference !== null) return { use: false, reason: `it answers wrongly: ${difference}` };
  const trustedMs: number[] = [];
  const triedMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    trustedMs.push(await timeOf(() => trusted(request), now));
    triedMs.push(await timeOf(() => tried(request), now));
  }
  const medians = { trustedMs: medianOf(trustedMs), triedMs: medianOf(triedMs) };
  if (medians.triedMs < medians.trustedMs) return { use: true, ...medians };
  return {
    use: false,
    reason: `it is slower: ${Math.round(medians.triedMs)} against ${Math.round(medians.trustedMs)} ms`,
  };
}

/** A box in the middle and a point in it: both kinds of prompt in one question. */
function probeRequest({ width, height }: Size): DecodeRequest {
  const box = boxFromArray([width * 0.25, height * 0.25, width * 0.75, height * 0.75]);
  const point = { x: width / 2, y: height / 2, label: 'foreground' } as const;
  return { prompt: { box, points: [point], mask: null }, allMasks: true, logits: true };
}

function firstDifference(right: DecodedPrompt, found: DecodedPrompt): string | null {
  if (right.candidates.length !== found.candidates.length) return `${found.candidates.length} candidates`;
  for (const [i, candidate] of right.candidates.entries()) {
    const other = found.candidates[i];
    const byScore = Math.abs(candidate.score - (other?.score ?? Number.NaN));
    if (!(byScore <= MOST_SCORE_DIFFERENCE)) return `a score is off by ${byScore}`;
    const byLogit = farthest(candidate.logits, other?.logits);
    if (!(byLogit <= MOST_LOGIT_DIFFERENCE)) return `a logit is off by ${byLogit}`;
  }
  return null;
}

/** NaN where one of them is, or where there is nothing to compare. */
function farthest(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length) return Number.NaN;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] as number) - (b[i] as number)));
  return most;
}

async function timeOf(run: () => Promise<unknown>, now: () => number): Promise<number> {
  const began = now();
  await run();
  return now() - began;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
