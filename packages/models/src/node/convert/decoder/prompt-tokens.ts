import type { Value } from '../../onnx/graph/graph.ts';
import { stacked } from '../../onnx/graph/lazy-tensor.ts';
import { add, castToInt, clip, gelu, multiply } from '../../onnx/graph/ops/arithmetic.ts';
import { concat, gather, reshape } from '../../onnx/graph/ops/layout.ts';
import { matmul } from '../../onnx/graph/ops/linear.ts';
import { layerNorm } from '../../onnx/graph/ops/normalization.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { finer, fromRaster, sideOf, tokenCount } from '../token-order.ts';
import { encodedPositions } from './image-part.ts';
import type { DecoderLayout } from './layout.ts';
import { permutedSquares } from './squares.ts';

const EPSILON = 1e-6;

/**
 * Points as tokens. Source: `_embed_points` in `modeling/prompt_encoder.py`.
 *
 * @param coords [prompts, points, 2], x and y in pixels of the model's input; half a pixel is added here
 * @param labels [prompts, points]: -1 padding, 0 background, 1 foreground, 2 and 3 corners of a box
 * @returns [prompts, points, width]
 */
export function pointTokens(
  coords: Value,
  labels: Value,
  weights: CheckpointWeights,
  layout: DecoderLayout,
): Value {
  const { graph } = coords;
  const { promptEncoder, width, imageSize } = layout;
  const centred = add(multiply(coords, graph.scalar(2 / imageSize)), graph.scalar(1 / imageSize - 1));
  const kinds = stacked([
    weights.take(`${promptEncoder}.not_a_point_embed.weight`, [1, width]),
    ...[0, 1, 2, 3].map((kind) =>
      weights.take(`${promptEncoder}.point_embeddings.${kind}.weight`, [1, width]),
    ),
  ]);
  const kind = add(labels, graph.scalar(1));
  const isPlaced = reshape(clip(kind, 0, 1), [...labels.shape, 1]);
  return add(
    multiply(encodedPositions(centred, weights, layout), isPlaced),
    gather(graph.exactWeight(kinds), 0, castToInt(kind)),
  );
}

/** Channels between the second and the third layer for mask prompts. */
const MASK_CHANNELS = 16;

/**
 * What a mask prompt adds to the image's tokens, before its last layer: of low rank, so that the products that follow cost
 * little. Everything is zero where there is no mask. Source: `mask_downscaling` in `modeling/prompt_encoder.py`.
 *
 * @param mask [prompts, 1, side, side], logits
 * @param has [prompts], 1 or 0
 * @returns [prompts, cells, 17]: the channels, then a 1 for the bias
 */
export function maskFeatures(
  mask: Value,
  has: Value,
  weights: CheckpointWeights,
  layout: DecoderLayout,
): Value {
  const { graph } = mask;
  const { promptEncoder, order } = layout;
  const name = `${promptEncoder}.mask_downscaling`;
  const prompts = mask.shape[0] ?? 1;
  const cells = tokenCount(order);
  const side = sideOf(finer(order, 2));
  const pixels = fromRaster(reshape(mask, [prompts, side, side]), finer(order, 2));
  const quarters = reshape(pixels, [prompts, 4 * cells, 4]);
  const first = maskLayer(quarters, weights, name, { index: 0, from: 1, to: 4 });
  const second = maskLayer(reshape(first, [prompts, cells, 16]), weights, name, {
    index: 3,
    from: 4,
    to: MASK_CHANNELS,
  });
  const flag = reshape(has, [prompts, 1, 1]);
  const ones = graph.floats([1, cells, 1], new Float32Array(cells).fill(1));
  return concat([multiply(second, flag), multiply(ones, flag)], -1);
}

/** A convolution of 2 x 2 with stride 2, a normalisation of the channels, and a GELU. */
function maskLayer(
  x: Value,
  weights: CheckpointWeights,
  name: string,
  { index, from, to }: { readonly index: number; readonly from: number; readonly to: number },
): Value {
  const { graph } = x;
  const kernel = weights.take(`${name}.${index}.weight`, [to, from, 2, 2]);
  const convolved = add(
    matmul(x, graph.exactWeight(permutedSquares(kernel))),
    graph.exactWeight(weights.take(`${name}.${index}.bias`, [to])),
  );
  const weight = weights.take(`${name}.${index + 1}.weight`, [to]);
  const bias = weights.take(`${name}.${index + 1}.bias`, [to]);
  return gelu(layerNorm(convolved, weight, bias, EPSILON));
}
