import type { Value } from '../../onnx/graph/graph.ts';
import { derived, type LazyTensor } from '../../onnx/graph/lazy-tensor.ts';
import { add, gelu } from '../../onnx/graph/ops/arithmetic.ts';
import { attentionWithScores } from '../../onnx/graph/ops/attention.ts';
import { reshape, transpose } from '../../onnx/graph/ops/layout.ts';
import { linear } from '../../onnx/graph/ops/linear.ts';
import { layerNorm } from '../../onnx/graph/ops/normalization.ts';
import { knownDim } from '../../onnx/graph/shape.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { vitNeck } from '../sam1/vit-encoder.ts';
import { fromWindows, toWindows } from '../windows.ts';
import { foldedConvolution } from './folded-convolution.ts';
import type { TinyVitShape } from './tiny-vit-shape.ts';

const EPSILON = 1e-5;

/** Stages of these widths are not made smaller, so that the embedding has the grid of SAM (`PatchMerging`). */
const KEPT_GRID = [320, 448, 576];

/**
 * The image encoder of MobileSAM. Source: `mobile_sam/modeling/tiny_vit_sam.py`.
 *
 * @param image [1, 3, side, side], normalised
 * @returns [1, grid, grid, channels]
 */
export function tinyVitEncoder(image: Value, weights: CheckpointWeights, shape: TinyVitShape): Value {
  let x = embedPatches(image, weights, shape.widths[0] ?? 0);
  for (let stage = 0; stage < shape.widths.length; stage++) {
    x = image.graph.within(`stage ${stage}`, () => tinyVitStage(x, stage, weights, shape));
  }
  return vitNeck(tokensOf(x), weights, { width: shape.widths.at(-1) ?? 0, channels: shape.channels });
}

/** For tensors that no image needs: the classifier that it was trained with, counters of the training. */
export function unusedByTinyVit(name: string): boolean {
  return /^image_encoder\.(norm_head|head)\.(weight|bias)$|\.bn\.num_batches_tracked$/.test(name);
}

function embedPatches(image: Value, weights: CheckpointWeights, width: number): Value {
  const at = 'image_encoder.patch_embed.seq';
  const half = width / 2;
  const first = foldedConvolution(image, `${at}.0`, weights, {
    kernel: [half, 3, 3, 3],
    stride: 2,
    padding: 1,
  });
  return foldedConvolution(gelu(first), `${at}.2`, weights, {
    kernel: [width, half, 3, 3],
    stride: 2,
    padding: 1,
  });
}

/** @param x [1, channels, height, width]; so is what is returned. */
function tinyVitStage(x: Value, stage: number, weights: CheckpointWeights, shape: TinyVitShape): Value {
  const at = `image_encoder.layers.${stage}`;
  let y = x;
  for (let block = 0; block < (shape.depths[stage] ?? 0); block++) {
    const name = `${at}.blocks.${block}`;
    y =
      stage === 0
        ? invertedResidual(y, name, weights)
        : tinyVitBlock(y, name, weights, squareOf(shape, stage));
  }
  const next = shape.widths[stage + 1];
  return next === undefined ? y : mergePatches(y, `${at}.downsample`, weights, next);
}

interface Square {
  readonly side: number;
  readonly heads: number;
}

function squareOf(shape: TinyVitShape, stage: number): Square {
  return { side: shape.windows[stage] ?? 0, heads: shape.heads[stage] ?? 0 };
}

/** `MBConv` */
function invertedResidual(x: Value, at: string, weights: CheckpointWeights): Value {
  const channels = knownDim(x.shape[1]);
  const hidden = weights.dimension(
    [
      [`${at}.conv1.c.weight`, 0],
      [`${at}.conv1.bn.weight`, 0],
      [`${at}.conv3.c.weight`, 1],
    ],
    4 * channels,
  );
  const wide = foldedConvolution(x, `${at}.conv1`, weights, { kernel: [hidden, channels, 1, 1] });
  const mixed = foldedConvolution(gelu(wide), `${at}.conv2`, weights, {
    kernel: [hidden, 1, 3, 3],
    padding: 1,
    groups: hidden,
  });
  const narrow = foldedConvolution(gelu(mixed), `${at}.conv3`, weights, { kernel: [channels, hidden, 1, 1] });
  return gelu(add(x, narrow));
}

/** `PatchMerging` */
function mergePatches(x: Value, at: string, weights: CheckpointWeights, width: number): Value {
  const first = foldedConvolution(x, `${at}.conv1`, weights, { kernel: [width, knownDim(x.shape[1]), 1, 1] });
  const second = foldedConvolution(gelu(first), `${at}.conv2`, weights, {
    kernel: [width, 1, 3, 3],
    stride: KEPT_GRID.includes(width) ? 1 : 2,
    padding: 1,
    groups: width,
  });
  return foldedConvolution(gelu(second), `${at}.conv3`, weights, { kernel: [width, width, 1, 1] });
}

/** @param x [1, channels, height, width] */
function tinyVitBlock(x: Value, at: string, weights: CheckpointWeights, square: Square): Value {
  const width = knownDim(x.shape[1]);
  const tokens = tokensOf(x);
  const attended = add(tokens, windowAttention(tokens, `${at}.attn`, weights, square));
  const mixed = foldedConvolution(transpose(attended, [0, 3, 1, 2]), `${at}.local_conv`, weights, {
    kernel: [width, 1, 3, 3],
    padding: 1,
    groups: width,
  });
  const local = tokensOf(mixed);
  return transpose(add(local, mlp(local, `${at}.mlp`, weights)), [0, 3, 1, 2]);
}

/** Zeros that fill up the windows on the right and below are normalised with the rest, as in the reference. */
function windowAttention(tokens: Value, at: string, weights: CheckpointWeights, square: Square): Value {
  const grid = knownDim(tokens.shape[1]);
  if (grid === square.side) return attend(tokens, at, weights, square);
  return fromWindows(attend(toWindows(tokens, square.side), at, weights, square), grid);
}

/** @param x [squares, side, side, width] */
function attend(x: Value, at: string, weights: CheckpointWeights, { side, heads }: Square): Value {
  const { graph } = x;
  const width = knownDim(x.shape[3]);
  const normed = norm(reshape(x, [x.shape[0] ?? 1, side * side, width]), `${at}.norm`, weights);
  const weight = weights.take(`${at}.qkv.weight`, [3 * width, width]);
  const bias = weights.take(`${at}.qkv.bias`, [3 * width]);
  const [q, k, v] = [0, 1, 2].map((part) =>
    linear(normed, headRows(weight, part, heads), headRows(bias, part, heads)),
  ) as [Value, Value, Value];
  const table = weights.take(`${at}.attention_biases`, [heads, side * side]);
  const attended = attentionWithScores({ q, k, v }, graph.exactWeight(scoresOf(table, side)), heads);
  const weightOut = weights.take(`${at}.proj.weight`, [width, width]);
  return reshape(linear(attended, weightOut, weights.take(`${at}.proj.bias`, [width])), x.shape);
}

/** The rows of q, k or v of all heads: they lie together head by head. */
function headRows(tensor: LazyTensor, part: number, heads: number): LazyTensor {
  const [count = 0, ...rest] = tensor.shape;
  const inner = rest.reduce((product, size) => product * size, 1);
  const block = (count / 3 / heads) * inner;
  return derived(`part ${part} of ${heads} heads`, [tensor], [count / 3, ...rest], (values) => {
    const out = new Float32Array(values.length / 3);
    for (let head = 0; head < heads; head++) {
      const from = (3 * head + part) * block;
      out.set(values.subarray(from, from + block), head * block);
    }
    return out;
  });
}

/** What depends on the distances along rows and columns, for each pair of tokens. @returns [1, heads, tokens, tokens] */
function scoresOf(table: LazyTensor, side: number): LazyTensor {
  const [heads = 0] = table.shape;
  const tokens = side * side;
  return derived(`scores of distances ${side}`, [table], [1, heads, tokens, tokens], (values) => {
    const out = new Float32Array(heads * tokens * tokens);
    for (let i = 0; i < out.length; i++) {
      const [head, from, to] = [Math.floor(i / tokens ** 2), Math.floor(i / tokens) % tokens, i % tokens];
      const down = Math.abs(Math.floor(from / side) - Math.floor(to / side));
      const across = Math.abs((from % side) - (to % side));
      out[i] = values[head * tokens + down * side + across] ?? Number.NaN;
    }
    return out;
  });
}

function mlp(x: Value, at: string, weights: CheckpointWeights): Value {
  const width = knownDim(x.shape.at(-1));
  const hidden = weights.dimension(
    [
      [`${at}.fc1.weight`, 0],
      [`${at}.fc1.bias`, 0],
      [`${at}.fc2.weight`, 1],
    ],
    4 * width,
  );
  const inner = linear(
    norm(x, `${at}.norm`, weights),
    weights.take(`${at}.fc1.weight`, [hidden, width]),
    weights.take(`${at}.fc1.bias`, [hidden]),
  );
  return linear(
    gelu(inner),
    weights.take(`${at}.fc2.weight`, [width, hidden]),
    weights.take(`${at}.fc2.bias`, [width]),
  );
}

function norm(x: Value, at: string, weights: CheckpointWeights): Value {
  const width = knownDim(x.shape.at(-1));
  return layerNorm(x, weights.take(`${at}.weight`, [width]), weights.take(`${at}.bias`, [width]), EPSILON);
}

/** [1, channels, height, width] as [1, height, width, channels]. */
function tokensOf(x: Value): Value {
  return transpose(x, [0, 2, 3, 1]);
}
