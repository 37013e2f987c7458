import type { Graph, Value } from '../../onnx/graph/graph.ts';
import { type LazyTensor, reshaped, scaled } from '../../onnx/graph/lazy-tensor.ts';
import { add, cos, sin } from '../../onnx/graph/ops/arithmetic.ts';
import { concat, reshape, transpose } from '../../onnx/graph/ops/layout.ts';
import { linear, matmul } from '../../onnx/graph/ops/linear.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { cellCentres, tokenCount } from '../token-order.ts';
import { attentionLayer } from './attention-layer.ts';
import type { DecoderLayout } from './layout.ts';

/**
 * What the decoder computes from the image alone, once an image. The prompt comes in later: what a mask prompt adds to the image is
 * of low rank and is added where it is used.
 *
 * @param tokens [1, cells, width], the image embedding with the embedding of `no mask` already added
 * @returns the outputs of the encoder graph
 */
export function imagePart(
  tokens: Value,
  weights: CheckpointWeights,
  layout: DecoderLayout,
): Readonly<Record<'image_tokens' | 'first_keys' | 'first_values', Value>> {
  const { graph } = tokens;
  return graph.within('image part', () => {
    const { k, v, inner } = attentionLayer(
      weights,
      `${layout.maskDecoder}.transformer.layers.0.cross_attn_token_to_image`,
      layout,
    );
    const heads = (x: Value): Value =>
      reshape(x, [1, tokenCount(layout.order), layout.heads, inner / layout.heads]);
    const located = add(tokens, cellPositions(graph, weights, layout));
    return {
      image_tokens: tokens,
      first_keys: transpose(heads(linear(located, k.weight, k.bias)), [0, 2, 3, 1]),
      first_values: transpose(heads(linear(tokens, v.weight, v.bias)), [0, 2, 1, 3]),
    };
  });
}

/** The random frequencies of the position encoding, for coordinates of 0 … 1 doubled and centred. [2, width / 2] */
export function frequencies(weights: CheckpointWeights, { promptEncoder, width }: DecoderLayout): LazyTensor {
  const matrix = weights.take(`${promptEncoder}.pe_layer.positional_encoding_gaussian_matrix`, [
    2,
    width / 2,
  ]);
  return scaled(matrix, 2 * Math.PI);
}

/** Sines and cosines of coordinates in -1 … 1. [..., 2] becomes [..., width]. */
export function encodedPositions(
  coordinates: Value,
  weights: CheckpointWeights,
  layout: DecoderLayout,
): Value {
  const angles = matmul(coordinates, coordinates.graph.exactWeight(frequencies(weights, layout)));
  return concat([sin(angles), cos(angles)], -1);
}

/** The position encoding of every cell, [1, cells, width]: constant, evaluated by the runtime when it loads the model. */
export function cellPositions(graph: Graph, weights: CheckpointWeights, layout: DecoderLayout): Value {
  const cells = tokenCount(layout.order);
  const centred = cellCentres(layout.order).map((value) => 2 * value - 1);
  const encoded = encodedPositions(graph.floats([cells, 2], centred), weights, layout);
  return reshape(encoded, [1, cells, layout.width]);
}

export function noMaskEmbedding(
  weights: CheckpointWeights,
  { promptEncoder, width }: DecoderLayout,
): LazyTensor {
  return reshaped(weights.take(`${promptEncoder}.no_mask_embed.weight`, [1, width]), [width]);
}
