import { CONTRIB, type Value } from '../graph.ts';
import { knownDim, shapeText } from '../shape.ts';

/**
 * Softmax(q kᵀ · scale) v for several heads at once. The runtime works on blocks of the scores, so a layer over
 * 4096 x 4096 tokens needs little memory.
 *
 * @param q [batch, queries, heads * head width]
 * @param k [batch, keys, heads * head width]
 * @param v [batch, keys, heads * value width]
 * @param scale default: 1 / sqrt(head width)
 * @returns [batch, queries, heads * value width]
 */
export function attention(q: Value, k: Value, v: Value, heads: number, scale?: number): Value {
  if (
    q.shape.at(-1) !== k.shape.at(-1) ||
    k.shape[1] !== v.shape[1] ||
    knownDim(q.shape.at(-1)) % heads !== 0
  ) {
    const shapes = [q, k, v].map(({ shape }) => shapeText(shape)).join(', ');
    throw new RangeError(`attention with ${heads} heads does not take ${shapes}`);
  }
  return q.graph.node(
    {
      op: 'MultiHeadAttention',
      domain: CONTRIB,
      attributes: { num_heads: heads, ...(scale === undefined ? {} : { scale: { float: scale } }) },
    },
    [q, k, v],
    [q.shape[0] ?? 0, q.shape[1] ?? 0, v.shape.at(-1) ?? 0],
  );
}

/**
 * The same with a number added to each score before the softmax.
 *
 * @param scores [1, heads, queries, keys]
 */
export function attentionWithScores(
  { q, k, v }: { readonly q: Value; readonly k: Value; readonly v: Value },
  scores: Value,
  heads: number,
): Value {
  return q.graph.node(
    { op: 'MultiHeadAttention', domain: CONTRIB, attributes: { num_heads: heads } },
    [q, k, v, null, null, scores],
    [q.shape[0] ?? 0, q.shape[1] ?? 0, v.shape.at(-1) ?? 0],
  );
}
