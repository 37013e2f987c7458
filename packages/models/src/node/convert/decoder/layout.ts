import type { LazyTensor } from '../../onnx/graph/lazy-tensor.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import type { TokenOrder } from '../token-order.ts';

/** What differs between the decoders of the families. */
export interface DecoderLayout {
  /** Where the tensors' names begin. */
  readonly promptEncoder: string;
  readonly maskDecoder: string;
  /** Channels of the image embedding and of a token. */
  readonly width: number;
  /** Every published decoder has 8, and no tensor tells. */
  readonly heads: number;
  /** Pixels a side of the model's input, the unit of points. */
  readonly imageSize: number;
  /** Cells of the image embedding. */
  readonly order: TokenOrder;
  /** SAM 2: high-resolution features, an object score, scores between 0 and 1. */
  readonly isSam2: boolean;
}

/** Candidates of every published decoder; the first is the one for unambiguous prompts. */
export const MASKS = 4;

/** Channels of the image embedding, as the decoder says them. */
export function decoderWidth(
  weights: CheckpointWeights,
  { promptEncoder, maskDecoder }: Pick<DecoderLayout, 'promptEncoder' | 'maskDecoder'>,
): number {
  return weights.dimension(
    [
      [`${promptEncoder}.no_mask_embed.weight`, 1],
      [`${promptEncoder}.not_a_point_embed.weight`, 1],
      [`${maskDecoder}.iou_token.weight`, 1],
      [`${maskDecoder}.mask_tokens.weight`, 1],
    ],
    256,
  );
}

/** Bias of the layer that enlarges to the resolution of a detail. [width / 4] for 1, [width / 8] for 0. */
export function upscalingBias(
  detail: 0 | 1,
  weights: CheckpointWeights,
  { maskDecoder, width }: DecoderLayout,
): LazyTensor {
  return detail === 1
    ? weights.take(`${maskDecoder}.output_upscaling.0.bias`, [width / 4])
    : weights.take(`${maskDecoder}.output_upscaling.3.bias`, [width / 8]);
}
