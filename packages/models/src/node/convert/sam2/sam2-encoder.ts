import { Graph, type Precision, type Value } from '../../onnx/graph/graph.ts';
import { type LazyTensor, product, reshaped, sum } from '../../onnx/graph/lazy-tensor.ts';
import { add } from '../../onnx/graph/ops/arithmetic.ts';
import { reshape } from '../../onnx/graph/ops/layout.ts';
import { linear } from '../../onnx/graph/ops/linear.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { imagePart } from '../decoder/image-part.ts';
import { type DecoderLayout, upscalingBias } from '../decoder/layout.ts';
import type { HieraConfig } from './hiera-config.ts';
import { hieraStages, type Stage } from './hiera-encoder.ts';

const neck = 'image_encoder.neck.convs';

/**
 * The image side of SAM 2 as a graph: the Hiera encoder, its neck, and what of the decoder depends on the image alone.
 * Sources: `sam2/modeling/backbones/image_encoder.py`, `sam2/modeling/sam2_base.py` (`forward_image`,
 * `_prepare_backbone_features`), `sam2/sam2_image_predictor.py` (`set_image`).
 */
export function sam2Encoder(
  weights: CheckpointWeights,
  config: HieraConfig,
  layout: DecoderLayout,
  precision: Precision,
): Graph {
  const graph = new Graph('sam2 encoder', precision);
  const image = graph.input('image', [1, 3, config.imageSize, config.imageSize]);
  const stages = hieraStages(image, weights, config);
  const [finest, finer, middle, coarsest] = stages;
  if (finest === undefined || finer === undefined || middle === undefined || coarsest === undefined) {
    throw new RangeError(`a SAM 2 encoder has four stages, not ${stages.length}`);
  }
  const tokens = graph.within('neck', () => imageTokens(middle, coarsest, weights, layout));
  for (const [name, value] of Object.entries(imagePart(tokens, weights, layout))) graph.output(name, value);
  graph.output(
    'detail_1',
    graph.within('detail 1', () => details(finer, 2, 1, weights, layout)),
  );
  graph.output(
    'detail_0',
    graph.within('detail 0', () => details(finest, 3, 0, weights, layout)),
  );
  return graph;
}

/** The two coarse levels, top-down; nearest-neighbour enlarging by two is the same token for four. */
function imageTokens(
  middle: Stage,
  coarsest: Stage,
  weights: CheckpointWeights,
  { width, promptEncoder }: DecoderLayout,
): Value {
  const top = lateral(coarsest, 0, weights, width, []);
  const noMemory = reshaped(weights.take('no_mem_embed', [1, 1, width]), [width]);
  const noMask = reshaped(weights.take(`${promptEncoder}.no_mask_embed.weight`, [1, width]), [width]);
  const side = lateral(middle, 1, weights, width, [noMemory, noMask]);
  const cells = Number(top.shape[1]);
  const fours = reshape(side, [1, cells, 4, width]);
  return reshape(add(fours, reshape(top, [1, cells, 1, width])), [1, 4 * cells, width]);
}

/** A 1 x 1 convolution of the neck. @param constants added to every token, in its bias */
function lateral(
  { tokens }: Stage,
  level: number,
  weights: CheckpointWeights,
  width: number,
  constants: readonly LazyTensor[],
): Value {
  const { weight, bias } = neckLayer(tokens, level, weights, width);
  return linear(tokens, weight, constants.reduce(sum, bias));
}

function neckLayer(tokens: Value, level: number, weights: CheckpointWeights, width: number) {
  const from = Number(tokens.shape.at(-1));
  return {
    weight: reshaped(weights.take(`${neck}.${level}.conv.weight`, [width, from, 1, 1]), [width, from]),
    bias: weights.take(`${neck}.${level}.conv.bias`, [width]),
  };
}

/**
 * The high-resolution features of a level for the decoder's upscaling. The neck's and the decoder's 1 x 1 convolution have
 * nothing between them, so they are one. The bias of the layer that the features are added to is in it.
 */
function details(
  { tokens }: Stage,
  level: number,
  detail: 0 | 1,
  weights: CheckpointWeights,
  layout: DecoderLayout,
): Value {
  const { width, maskDecoder } = layout;
  const to = width / (detail === 0 ? 8 : 4);
  const first = neckLayer(tokens, level, weights, width);
  const second = reshaped(weights.take(`${maskDecoder}.conv_s${detail}.weight`, [to, width, 1, 1]), [
    to,
    width,
  ]);
  const secondBias = weights.take(`${maskDecoder}.conv_s${detail}.bias`, [to]);
  const carried = reshaped(product(second, reshaped(first.bias, [width, 1])), [to]);
  const constants = [secondBias, upscalingBias(detail, weights, layout)];
  return linear(tokens, product(second, first.weight), constants.reduce(sum, carried));
}
