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

/**
 * The candidates of a decoder that publishes the mask for unambiguous prompts before them: the ones that the reference
 * predictors offer (`multimask_output=True`).
 */
export function withoutFirst(candidates: readonly RawCandidate[]): RawCandidate[] {
  return candidates.slice(1);
}

/** What `best` means for every family: the highest score; of equal ones the first. Scores of NaN count as lowest. */
export function indexOfHighestScore(candidates: readonly { readonly score: number }[]): number {
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [i, { score }] of candidates.entries()) {
    if (!(score > highest)) continue;
    best = i;
    highest = score;
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
