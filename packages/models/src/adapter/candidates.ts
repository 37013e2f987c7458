import type { RawCandidate } from './family-adapter.ts';
import type { NamedTensors, Tensor } from './tensor.ts';

/**
 * Splits decoder outputs for one prompt into candidates.
 *
 * @param masks shape [1, N, h, w]. @param scores shape [1, N].
 */
export function splitCandidates(masks: Tensor, scores: Tensor): RawCandidate[] {
  const count = scores.data.length;
  const size = masks.data.length / count;
  return Array.from(scores.data, (score, i) => ({
    score,
    logits: masks.data.subarray(i * size, (i + 1) * size),
  }));
}

export function indexOfHighestScore(candidates: readonly RawCandidate[], from = 0): number {
  let best = from;
  for (let i = from; i < candidates.length; i++) {
    if (
      (candidates[i]?.score ?? Number.NEGATIVE_INFINITY) >
      (candidates[best]?.score ?? Number.NEGATIVE_INFINITY)
    )
      best = i;
  }
  return best;
}

export function requireTensor(tensors: NamedTensors, name: string, role: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) {
    throw new TypeError(`the ${role} has no tensor ${name}; it has ${Object.keys(tensors).join(', ')}`);
  }
  return tensor;
}
