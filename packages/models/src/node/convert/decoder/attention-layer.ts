import type { LazyTensor } from '../../onnx/graph/lazy-tensor.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import type { DecoderLayout } from './layout.ts';

export interface Projection {
  readonly weight: LazyTensor;
  readonly bias: LazyTensor;
}

/** The four projections of an attention layer of the decoder. Source: `Attention` in `modeling/transformer.py`. */
export interface AttentionLayer {
  readonly q: Projection;
  readonly k: Projection;
  readonly v: Projection;
  readonly out: Projection;
  /** Channels of q, k and v, all heads together. */
  readonly inner: number;
}

export function attentionLayer(
  weights: CheckpointWeights,
  name: string,
  { width }: DecoderLayout,
): AttentionLayer {
  const inner = weights.dimension(
    [
      [`${name}.q_proj.bias`, 0],
      [`${name}.k_proj.bias`, 0],
      [`${name}.v_proj.bias`, 0],
      [`${name}.out_proj.weight`, 1],
    ],
    width / 2,
  );
  const projection = (part: string, from: number, to: number): Projection => ({
    weight: weights.take(`${name}.${part}.weight`, [to, from]),
    bias: weights.take(`${name}.${part}.bias`, [to]),
  });
  return {
    q: projection('q_proj', width, inner),
    k: projection('k_proj', width, inner),
    v: projection('v_proj', width, inner),
    out: projection('out_proj', inner, width),
    inner,
  };
}
