import { Graph, type Precision, type Value } from '../../onnx/graph/graph.ts';
import { type LazyTensor, permuted, reshaped, stacked } from '../../onnx/graph/lazy-tensor.ts';
import { add, gelu, relu, sigmoid } from '../../onnx/graph/ops/arithmetic.ts';
import { concat, repeatAsIn, reshape, slice, transpose } from '../../onnx/graph/ops/layout.ts';
import { linear, matmul } from '../../onnx/graph/ops/linear.ts';
import { layerNorm } from '../../onnx/graph/ops/normalization.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { finer, sideOf, tokenCount, toRaster } from '../token-order.ts';
import { attentionLayer } from './attention-layer.ts';
import { type DecoderLayout, MASKS, upscalingBias } from './layout.ts';
import { maskFeatures, pointTokens } from './prompt-tokens.ts';
import { enlargingBias, enlargingRows } from './squares.ts';
import { twoWayTransformer } from './two-way-transformer.ts';

/** `LayerNorm2d` of the reference. */
const EPSILON = 1e-6;

/**
 * The prompt side as a graph, for SAM 1 and SAM 2: any number of prompts on one image at once, each with the same number of points.
 * All candidates come out, the first being the one for unambiguous prompts; logits are not clamped.
 * Sources: `modeling/prompt_encoder.py`, `modeling/mask_decoder.py`, `sam2/modeling/sam/mask_decoder.py`.
 */
export function maskDecoder(weights: CheckpointWeights, layout: DecoderLayout, precision: Precision): Graph {
  const graph = new Graph('mask decoder', precision);
  const { width, order, heads } = layout;
  const cells = tokenCount(order);
  const side = sideOf(finer(order, 2));
  const { inner } = attentionLayer(
    weights,
    `${layout.maskDecoder}.transformer.layers.0.cross_attn_token_to_image`,
    layout,
  );
  const imageTokens = graph.input('image_tokens', [1, cells, width]);
  const firstKeys = graph.input('first_keys', [1, heads, inner / heads, cells]);
  const firstValues = graph.input('first_values', [1, heads, cells, inner / heads]);
  const details = layout.isSam2
    ? ([
        graph.input('detail_0', [1, 16 * cells, width / 8]),
        graph.input('detail_1', [1, 4 * cells, width / 4]),
      ] as const)
    : null;
  const coords = graph.input('point_coords', ['prompts', 'points', 2]);
  const labels = graph.input('point_labels', ['prompts', 'points']);
  const maskInput = graph.input('mask_input', ['prompts', 1, side, side]);
  const hasMask = graph.input('has_mask_input', ['prompts']);
  const points = graph.within('points', () => pointTokens(coords, labels, weights, layout));
  const mask = graph.within('mask prompt', () => maskFeatures(maskInput, hasMask, weights, layout));
  const tokens = concat([outputTokens(coords, weights, layout), points], 1);
  const decoded = twoWayTransformer(
    tokens,
    { tokens: imageTokens, firstKeys, firstValues, mask },
    weights,
    layout,
  );
  const cellsOfMasks = graph.within('enlarging', () => enlarged(decoded.image, details, weights, layout));
  const first = layout.isSam2 ? 1 : 0;
  graph.within('masks', () => {
    const kernels = maskKernels(slice(decoded.tokens, 1, first + 1, first + 1 + MASKS), weights, layout);
    const logits = matmul(kernels, transpose(cellsOfMasks, [0, 2, 1]));
    graph.output('low_res_masks', toRaster(logits, finer(order, 2)));
  });
  graph.within('scores', () => publishScores(decoded.tokens, weights, layout));
  return graph;
}

/** The tokens that become object score, scores and masks, for each prompt. */
function outputTokens(coords: Value, weights: CheckpointWeights, layout: DecoderLayout): Value {
  const { maskDecoder: name, width, isSam2 } = layout;
  const tokens = stacked([
    ...(isSam2 ? [weights.take(`${name}.obj_score_token.weight`, [1, width])] : []),
    weights.take(`${name}.iou_token.weight`, [1, width]),
    weights.take(`${name}.mask_tokens.weight`, [MASKS, width]),
  ]);
  const count = isSam2 ? MASKS + 2 : MASKS + 1;
  const { graph } = coords;
  return repeatAsIn(graph.exactWeight(reshaped(tokens, [1, count, width])), coords, 0);
}

/**
 * The image's cells at four times the resolution. Cells follow each other in squares, so a transposed convolution is a linear layer.
 *
 * @returns [prompts, 16 * cells, width / 8]
 */
function enlarged(
  image: Value,
  details: readonly [Value, Value] | null,
  weights: CheckpointWeights,
  layout: DecoderLayout,
): Value {
  const { maskDecoder: decoder, width } = layout;
  const name = `${decoder}.output_upscaling`;
  const [batch = 1, cells = 0] = image.shape;
  const step = (x: Value, index: number, detail: 0 | 1): Value => {
    const from = Number(x.shape.at(-1));
    const to = width / (detail === 1 ? 4 : 8);
    const kernel = weights.take(`${name}.${index}.weight`, [from, to, 2, 2]);
    // The encoder has added the bias to the detail.
    const bias = details === null ? enlargingBias(upscalingBias(detail, weights, layout)) : null;
    const squares = linear(x, enlargingRows(kernel), bias);
    const finerCells = reshape(squares, [batch, (detail === 1 ? 4 : 16) * Number(cells), to]);
    return details === null ? finerCells : add(finerCells, details[detail]);
  };
  const once = layerNorm(
    step(image, 0, 1),
    weights.take(`${name}.1.weight`, [width / 4]),
    weights.take(`${name}.1.bias`, [width / 4]),
    EPSILON,
  );
  return gelu(step(gelu(once), 3, 0));
}

/** A vector a mask, by a small network of its own for each. [prompts, 4, width] becomes [prompts, 4, width / 8]. */
function maskKernels(tokens: Value, weights: CheckpointWeights, layout: DecoderLayout): Value {
  const { graph } = tokens;
  const { maskDecoder: decoder, width } = layout;
  const all = (part: string, shape: readonly number[]): LazyTensor[] =>
    Array.from({ length: MASKS }, (_, i) =>
      weights.take(`${decoder}.output_hypernetworks_mlps.${i}.${part}`, shape),
    );
  const layer = (x: Value, index: number, to: number): Value => {
    const weight = stacked(all(`layers.${index}.weight`, [to, width]));
    const bias = stacked(all(`layers.${index}.bias`, [to]));
    const matrices = permuted(reshaped(weight, [MASKS, to, width]), [0, 2, 1]);
    return add(matmul(x, graph.weight(matrices)), graph.exactWeight(reshaped(bias, [MASKS, 1, to])));
  };
  const byMask = transpose(tokens, [1, 0, 2]);
  const kernels = layer(relu(layer(relu(layer(byMask, 0, width)), 1, width)), 2, width / 8);
  return transpose(kernels, [1, 0, 2]);
}

function publishScores(tokens: Value, weights: CheckpointWeights, layout: DecoderLayout): void {
  const { graph } = tokens;
  const { maskDecoder: name, width, isSam2 } = layout;
  const token = (index: number): Value =>
    reshape(slice(tokens, 1, index, index + 1), [tokens.shape[0] ?? 1, width]);
  const scores = smallNetwork(token(isSam2 ? 1 : 0), weights, `${name}.iou_prediction_head`, MASKS);
  graph.output('iou_predictions', isSam2 ? sigmoid(scores) : scores);
  if (isSam2)
    graph.output('object_scores', smallNetwork(token(0), weights, `${name}.pred_obj_score_head`, 1));
}

/** Three layers with ReLU between; in some checkpoints of SAM 2 one layer without. */
function smallNetwork(x: Value, weights: CheckpointWeights, name: string, to: number): Value {
  const width = Number(x.shape.at(-1));
  const layer = (input: Value, part: string, outputs: number): Value =>
    linear(
      input,
      weights.take(`${name}${part}.weight`, [outputs, Number(input.shape.at(-1))]),
      weights.take(`${name}${part}.bias`, [outputs]),
    );
  if (weights.has(`${name}.weight`)) return layer(x, '', to);
  const hidden = weights.dimension(
    [
      [`${name}.layers.0.bias`, 0],
      [`${name}.layers.0.weight`, 0],
      [`${name}.layers.1.weight`, 0],
      [`${name}.layers.2.weight`, 1],
    ],
    width,
  );
  const once = relu(layer(x, '.layers.0', hidden));
  return layer(relu(layer(once, '.layers.1', hidden)), '.layers.2', to);
}
