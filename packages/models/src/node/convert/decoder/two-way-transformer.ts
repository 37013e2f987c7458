import type { Value } from '../../onnx/graph/graph.ts';
import {
  type LazyTensor,
  negated,
  permuted,
  product,
  reshaped,
  scaled,
  stacked,
  sum,
} from '../../onnx/graph/lazy-tensor.ts';
import { add, relu } from '../../onnx/graph/ops/arithmetic.ts';
import { attention } from '../../onnx/graph/ops/attention.ts';
import { reshape, transpose } from '../../onnx/graph/ops/layout.ts';
import { linear, matmul } from '../../onnx/graph/ops/linear.ts';
import { layerNorm, softmax } from '../../onnx/graph/ops/normalization.ts';
import type { Dim } from '../../onnx/graph/shape.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { tokenCount } from '../token-order.ts';
import { type AttentionLayer, attentionLayer, type Projection } from './attention-layer.ts';
import { cellPositions, noMaskEmbedding } from './image-part.ts';
import type { DecoderLayout } from './layout.ts';

/** PyTorch's default for `nn.LayerNorm`. */
const EPSILON = 1e-5;

/** What the image brings to a prompt: the outputs of the encoder graph, and the features of the mask prompt. */
export interface ImageSide {
  /** [1, cells, width] */
  readonly tokens: Value;
  /** [1, heads, head width, cells] */
  readonly firstKeys: Value;
  /** [1, heads, cells, head width] */
  readonly firstValues: Value;
  /** [prompts, cells, 17] */
  readonly mask: Value;
}

export interface Decoded {
  /** [prompts, tokens, width] */
  readonly tokens: Value;
  /** [prompts, cells, width] */
  readonly image: Value;
}

/**
 * The two-way transformer of the mask decoder. Source: `modeling/transformer.py`.
 *
 * There are a few tokens and thousands of cells, so whatever a projection does to cells is done to the tokens instead: with
 * scores = q (x Wᵀ)ᵀ = (q W) xᵀ, and values P (x Wᵀ) = (P x) Wᵀ, no cell is ever projected. Biases of keys fall out of
 * the softmax, and those of values pass it unchanged.
 */
export function twoWayTransformer(
  prompts: Value,
  image: ImageSide,
  weights: CheckpointWeights,
  layout: DecoderLayout,
): Decoded {
  const { graph } = prompts;
  const name = `${layout.maskDecoder}.transformer`;
  const positions = cellPositions(graph, weights, layout);
  const context = { prompts, weights, layout };
  const first = graph.within('layer 0', () =>
    firstLayer(image, positions, { ...context, name: `${name}.layers.0` }),
  );
  const located = add(first.image, positions);
  const second = graph.within('layer 1', () =>
    secondLayer(first, located, { ...context, name: `${name}.layers.1` }),
  );
  return graph.within('final attention', () => {
    const layer = attentionLayer(weights, `${name}.final_attn_token_to_image`, layout);
    const queries = add(second.tokens, prompts);
    const attended = imageToTokens(
      queries,
      { located: add(second.image, positions), plain: second.image },
      layer,
      layout,
    );
    return {
      tokens: norm(add(second.tokens, attended), weights, `${name}.norm_final_attn`, layout),
      image: second.image,
    };
  });
}

interface LayerContext {
  /** The prompt tokens as they were at first: they are the position encoding of tokens. */
  readonly prompts: Value;
  readonly weights: CheckpointWeights;
  readonly layout: DecoderLayout;
  readonly name: string;
}

/** The image side has not met the prompt yet: its keys and values come from the encoder graph. */
function firstLayer(image: ImageSide, positions: Value, context: LayerContext): Decoded {
  const { prompts, weights, layout, name } = context;
  const alone = norm(selfAttention(prompts, prompts, context), weights, `${name}.norm1`, layout);
  const toImage = attentionLayer(weights, `${name}.cross_attn_token_to_image`, layout);
  const mask = maskLayer(weights, layout);
  const attended = firstImageToTokens(add(alone, prompts), image, { layer: toImage, mask, layout });
  const tokens = mlp(norm(add(alone, attended), weights, `${name}.norm2`, layout), context);
  const { graph } = tokens;
  const back = tokensToImage(tokens, add(image.tokens, positions), context, {
    scores: (spread) =>
      matmul(image.mask, transpose(matmul(spread, graph.exactWeight(permuted(mask, [1, 0]))), [0, 2, 1])),
    values: () => matmul(image.mask, graph.exactWeight(mask)),
  });
  return { tokens, image: norm(add(image.tokens, back), weights, `${name}.norm4`, layout) };
}

function secondLayer(before: Decoded, located: Value, context: LayerContext): Decoded {
  const { prompts, weights, layout, name } = context;
  const queries = add(before.tokens, prompts);
  const alone = norm(
    add(before.tokens, selfAttention(queries, before.tokens, context)),
    weights,
    `${name}.norm1`,
    layout,
  );
  const toImage = attentionLayer(weights, `${name}.cross_attn_token_to_image`, layout);
  const attended = imageToTokens(add(alone, prompts), { located, plain: before.image }, toImage, layout);
  const tokens = mlp(norm(add(alone, attended), weights, `${name}.norm2`, layout), context);
  const back = tokensToImage(tokens, located, context);
  return { tokens, image: norm(add(before.image, back), weights, `${name}.norm4`, layout) };
}

function selfAttention(queries: Value, values: Value, { weights, layout, name }: LayerContext): Value {
  const { q, k, v, out } = attentionLayer(weights, `${name}.self_attn`, layout);
  const attended = attention(project(queries, q), project(queries, k), project(values, v), layout.heads);
  return project(attended, out);
}

function mlp(tokens: Value, { weights, layout, name }: LayerContext): Value {
  const { width } = layout;
  const [first, second] = layout.isSam2 ? ['mlp.layers.0', 'mlp.layers.1'] : ['mlp.lin1', 'mlp.lin2'];
  const hidden = weights.dimension(
    [
      [`${name}.${first}.bias`, 0],
      [`${name}.${first}.weight`, 0],
      [`${name}.${second}.weight`, 1],
    ],
    8 * width,
  );
  const wide = linear(
    tokens,
    weights.take(`${name}.${first}.weight`, [hidden, width]),
    weights.take(`${name}.${first}.bias`, [hidden]),
  );
  const mixed = linear(
    relu(wide),
    weights.take(`${name}.${second}.weight`, [width, hidden]),
    weights.take(`${name}.${second}.bias`, [width]),
  );
  return norm(add(tokens, mixed), weights, `${name}.norm3`, layout);
}

/**
 * What the mask prompt's features stand for, [17, width]: the last layer for mask prompts, and its bias less the embedding of
 * `no mask`, which the image's tokens hold already.
 */
function maskLayer(weights: CheckpointWeights, layout: DecoderLayout): LazyTensor {
  const { promptEncoder, width } = layout;
  const weight = weights.take(`${promptEncoder}.mask_downscaling.6.weight`, [width, 16, 1, 1]);
  const bias = weights.take(`${promptEncoder}.mask_downscaling.6.bias`, [width]);
  return stacked([
    permuted(reshaped(weight, [width, 16]), [1, 0]),
    reshaped(sum(bias, negated(noMaskEmbedding(weights, layout))), [1, width]),
  ]);
}

interface FirstAttention {
  readonly layer: AttentionLayer;
  readonly mask: LazyTensor;
  readonly layout: DecoderLayout;
}

/** Tokens attend to the image, with keys and values from the encoder and what the mask prompt adds to them. */
function firstImageToTokens(
  queries: Value,
  image: ImageSide,
  { layer, mask, layout }: FirstAttention,
): Value {
  const { graph } = queries;
  const { heads } = layout;
  const q = perHead(project(queries, scaledQueries(layer, heads)), heads);
  const ofMask = (projection: Projection): LazyTensor =>
    reshaped(product(projection.weight, permuted(mask, [1, 0])), [heads, layer.inner / heads, 17]);
  const maskScores = matmul(
    headRows(matmul(q, graph.exactWeight(ofMask(layer.k)))),
    transpose(image.mask, [0, 2, 1]),
  );
  const imageScores = headRows(matmul(q, image.firstKeys));
  const chances = softmax(add(imageScores, maskScores), -1);
  const ofImage = matmul(rowsPerHead(chances, q), image.firstValues);
  const fromMask = matmul(
    rowsPerHead(matmul(chances, image.mask), q),
    graph.exactWeight(permuted(ofMask(layer.v), [0, 2, 1])),
  );
  return project(mergedHeads(add(ofImage, fromMask)), layer.out);
}

interface Cells {
  /** With their position, for scores. [prompts, cells, width] */
  readonly located: Value;
  /** [prompts, cells, width] */
  readonly plain: Value;
}

/** Tokens attend to the image. */
function imageToTokens(
  queries: Value,
  { located, plain }: Cells,
  { q, k, v, out, inner }: AttentionLayer,
  { heads, width }: DecoderLayout,
): Value {
  const { graph } = queries;
  const headWidth = inner / heads;
  const query = perHead(project(queries, scaledQueries({ q, inner }, heads)), heads);
  const spread = headRows(matmul(query, graph.exactWeight(reshaped(k.weight, [heads, headWidth, width]))));
  const chances = softmax(matmul(spread, transpose(located, [0, 2, 1])), -1);
  const gathered = rowsPerHead(matmul(chances, plain), query);
  const valueWeight = permuted(reshaped(v.weight, [heads, headWidth, width]), [0, 2, 1]);
  const merged = mergedHeads(matmul(gathered, graph.exactWeight(valueWeight)));
  return project(add(merged, graph.exactWeight(v.bias)), out);
}

/** What is added to the scores and to the result, for cells that are not written out. */
interface Additions {
  readonly scores: (spread: Value) => Value;
  readonly values: () => Value;
}

/** The image attends to the tokens. [prompts, cells, width] */
function tokensToImage(
  tokens: Value,
  located: Value,
  { prompts, weights, layout, name }: LayerContext,
  additions?: Additions,
): Value {
  const { graph } = tokens;
  const { heads, width } = layout;
  const layer = attentionLayer(weights, `${name}.cross_attn_image_to_token`, layout);
  const headWidth = layer.inner / heads;
  const query = scaledQueries(layer, heads);
  const keys = perHead(project(add(tokens, prompts), layer.k), heads);
  const spread = headRows(matmul(keys, graph.exactWeight(reshaped(query.weight, [heads, headWidth, width]))));
  const constant = headRows(matmul(keys, graph.exactWeight(reshaped(query.bias, [heads, headWidth, 1]))));
  const direct = matmul(located, transpose(spread, [0, 2, 1]));
  const scores = add(
    additions === undefined ? direct : add(direct, additions.scores(spread)),
    transpose(constant, [0, 2, 1]),
  );
  const [batch = 1, rows = 0] = [scores.shape[0], spread.shape[1]];
  const cells = tokenCount(layout.order);
  const chances = softmax(reshape(scores, [batch, cells, heads, keys.shape[2] ?? 0]), -1);
  // Each head's chances sum to 1, so an eighth of the bias in every row makes the bias.
  const outWeight = reshaped(permuted(layer.out.weight, [1, 0]), [heads, headWidth, width]);
  const values = add(
    headRows(matmul(perHead(project(tokens, layer.v), heads), graph.exactWeight(outWeight))),
    graph.exactWeight(scaled(layer.out.bias, 1 / heads)),
  );
  const mixed = matmul(reshape(chances, [batch, cells, rows]), values);
  return additions === undefined ? mixed : add(mixed, additions.values());
}

/** The projection of queries with the scale of the scores in it. */
function scaledQueries({ q, inner }: Pick<AttentionLayer, 'q' | 'inner'>, heads: number): Projection {
  const scale = 1 / Math.sqrt(inner / heads);
  return { weight: scaled(q.weight, scale), bias: scaled(q.bias, scale) };
}

function project(x: Value, { weight, bias }: Projection): Value {
  return linear(x, weight, bias);
}

/** [prompts, tokens, inner] becomes [prompts, heads, tokens, head width]. */
function perHead(x: Value, heads: number): Value {
  const [batch = 1, tokens = 0, inner = 0] = x.shape;
  return transpose(reshape(x, [batch, tokens, heads, Number(inner) / heads]), [0, 2, 1, 3]);
}

/** [prompts, heads, tokens, n] becomes [prompts, heads * tokens, n]. */
function headRows(x: Value): Value {
  const [batch = 1, heads = 0, tokens = 0, n = 0] = x.shape;
  return reshape(x, [batch, times(heads, tokens), n]);
}

/** [prompts, heads * tokens, n] becomes [prompts, heads, tokens, n], with heads and tokens as `like` has them. */
function rowsPerHead(x: Value, like: Value): Value {
  const [batch = 1, , n = 0] = x.shape;
  return reshape(x, [batch, like.shape[1] ?? 0, like.shape[2] ?? 0, n]);
}

/** [prompts, heads, tokens, head width] becomes [prompts, tokens, inner]. */
function mergedHeads(x: Value): Value {
  const [batch = 1, heads = 0, tokens = 0, headWidth = 0] = x.shape;
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, tokens, Number(heads) * Number(headWidth)]);
}

function times(count: Dim, of: Dim): Dim {
  return typeof of === 'number' ? Number(count) * of : `${count} * (${of})`;
}

function norm(x: Value, weights: CheckpointWeights, name: string, { width }: DecoderLayout): Value {
  return layerNorm(
    x,
    weights.take(`${name}.weight`, [width]),
    weights.take(`${name}.bias`, [width]),
    EPSILON,
  );
}
