import type { Value } from '../../onnx/graph/graph.ts';
import { reshaped, rows } from '../../onnx/graph/lazy-tensor.ts';
import { add, gelu } from '../../onnx/graph/ops/arithmetic.ts';
import { attention } from '../../onnx/graph/ops/attention.ts';
import { convolution } from '../../onnx/graph/ops/convolution.ts';
import { reshape, transpose } from '../../onnx/graph/ops/layout.ts';
import { linear } from '../../onnx/graph/ops/linear.ts';
import { layerNorm } from '../../onnx/graph/ops/normalization.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { fromWindows, toWindows } from '../windows.ts';
import { type Square, withOwnPosition, withRelativePositions } from './relative-position.ts';
import type { VitShape } from './vit-shape.ts';

const EPSILON = 1e-6;

/**
 * The image encoder of SAM 1, a vision transformer with windows. Source: `segment_anything/modeling/image_encoder.py`.
 *
 * @param image [1, 3, side, side], normalised
 * @returns [1, grid, grid, channels]
 */
export function vitEncoder(image: Value, weights: CheckpointWeights, shape: VitShape): Value {
  let tokens = embedPatches(image, weights, shape);
  for (let block = 0; block < shape.blocks; block++) {
    tokens = image.graph.within(`block ${block}`, () => vitBlock(tokens, block, weights, shape));
  }
  return vitNeck(tokens, weights, shape);
}

function embedPatches(image: Value, weights: CheckpointWeights, { width, patch, grid }: VitShape): Value {
  const { graph } = image;
  const kernel = weights.take('image_encoder.patch_embed.proj.weight', [width, 3, patch, patch]);
  const bias = weights.take('image_encoder.patch_embed.proj.bias', [width]);
  const patches = convolution(image, kernel, bias, { stride: patch });
  const position = weights.take('image_encoder.pos_embed', [1, grid, grid, width]);
  return add(transpose(patches, [0, 2, 3, 1]), graph.weight(position));
}

/** @param x [1, grid, grid, width] */
function vitBlock(x: Value, block: number, weights: CheckpointWeights, shape: VitShape): Value {
  const { width, hidden } = shape;
  const at = `image_encoder.blocks.${block}`;
  const norm = (name: string, value: Value): Value =>
    layerNorm(
      value,
      weights.take(`${at}.${name}.weight`, [width]),
      weights.take(`${at}.${name}.bias`, [width]),
      EPSILON,
    );
  const attended = add(x, windowAttention(norm('norm1', x), block, weights, shape));
  const inner = linear(
    norm('norm2', attended),
    weights.take(`${at}.mlp.lin1.weight`, [hidden, width]),
    weights.take(`${at}.mlp.lin1.bias`, [hidden]),
  );
  const mlp = linear(
    gelu(inner),
    weights.take(`${at}.mlp.lin2.weight`, [width, hidden]),
    weights.take(`${at}.mlp.lin2.bias`, [width]),
  );
  return add(attended, mlp);
}

function windowAttention(x: Value, block: number, weights: CheckpointWeights, shape: VitShape): Value {
  const side = shape.windows[block] ?? shape.grid;
  if (side >= shape.grid) return attend(x, shape.grid, block, weights, shape);
  const windows = toWindows(x, side);
  return fromWindows(attend(windows, side, block, weights, shape), shape.grid);
}

/** @param x [squares, side, side, width] */
function attend(x: Value, side: number, block: number, weights: CheckpointWeights, shape: VitShape): Value {
  const { width, heads } = shape;
  const at = `image_encoder.blocks.${block}.attn`;
  const square: Square = { side, heads, headWidth: width / heads };
  const scale = square.headWidth ** -0.5;
  const tokens = reshape(x, [x.shape[0] ?? 1, side * side, width]);
  const weight = weights.take(`${at}.qkv.weight`, [3 * width, width]);
  const bias = weights.take(`${at}.qkv.bias`, [3 * width]);
  const [q, k, v] = [0, 1, 2].map((part) =>
    linear(
      tokens,
      rows(weight, part * width, (part + 1) * width),
      rows(bias, part * width, (part + 1) * width),
    ),
  ) as [Value, Value, Value];
  const rowTable = weights.take(`${at}.rel_pos_h`, [2 * side - 1, square.headWidth]);
  const columnTable = weights.take(`${at}.rel_pos_w`, [2 * side - 1, square.headWidth]);
  const attended = attention(
    withRelativePositions(q, square, { rows: rowTable, columns: columnTable, scale }),
    withOwnPosition(k, square),
    v,
    heads,
    scale,
  );
  const projected = linear(
    attended,
    weights.take(`${at}.proj.weight`, [width, width]),
    weights.take(`${at}.proj.bias`, [width]),
  );
  return reshape(projected, x.shape);
}

/** Two convolutions to the channels of the embedding; the first, of one pixel, is a linear layer on tokens. */
export function vitNeck(
  tokens: Value,
  weights: CheckpointWeights,
  { width, channels }: Pick<VitShape, 'width' | 'channels'>,
): Value {
  const at = 'image_encoder.neck';
  const norm = (name: string, value: Value): Value =>
    layerNorm(
      value,
      weights.take(`${at}.${name}.weight`, [channels]),
      weights.take(`${at}.${name}.bias`, [channels]),
      EPSILON,
    );
  const pointwise = reshaped(weights.take(`${at}.0.weight`, [channels, width, 1, 1]), [channels, width]);
  const narrowed = transpose(norm('1', linear(tokens, pointwise, null)), [0, 3, 1, 2]);
  const kernel = weights.take(`${at}.2.weight`, [channels, channels, 3, 3]);
  return norm('3', transpose(convolution(narrowed, kernel, null, { padding: 1 }), [0, 2, 3, 1]));
}
