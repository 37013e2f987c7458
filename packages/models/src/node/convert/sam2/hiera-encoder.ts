import type { Graph, Value } from '../../onnx/graph/graph.ts';
import { type LazyTensor, permuted, product, reshaped, rows, sum } from '../../onnx/graph/lazy-tensor.ts';
import { add, multiply } from '../../onnx/graph/ops/arithmetic.ts';
import { attention } from '../../onnx/graph/ops/attention.ts';
import { convolution } from '../../onnx/graph/ops/convolution.ts';
import { concat, gather, reshape, transpose } from '../../onnx/graph/ops/layout.ts';
import { linear, linearGelu, matmul } from '../../onnx/graph/ops/linear.ts';
import { layerNorm, reduceMax, softmax } from '../../onnx/graph/ops/normalization.ts';
import { bicubicWeights } from '../bicubic.ts';
import type { CheckpointWeights } from '../checkpoint-weights.ts';
import { coarser, orderedRows, sideOf, type TokenOrder, tokenCount } from '../token-order.ts';
import type { HieraConfig } from './hiera-config.ts';
import { type Windows, windowsOf } from './windows.ts';

/** As the reference sets it for the whole encoder. */
const EPSILON = 1e-6;

/** Pixels a side of a patch at the first stage. */
const PATCH = 4;

const trunk = 'image_encoder.trunk';

/** In windows, so many heads are computed one by one: to regroup their channels would take longer than the products. */
const HEADS_APART = 2;

/** The tokens at the end of each stage, [1, cells, width], and the order of their cells. */
export interface Stage {
  readonly tokens: Value;
  readonly order: TokenOrder;
}

/**
 * The Hiera encoder. Tokens lie from the first to the last layer in the order of {@link TokenOrder}, in which pooling and
 * the windows of the first two stages need no copy. Source: `sam2/modeling/backbones/hieradet.py`.
 *
 * @param image [1, 3, side, side], normalised
 * @returns the four stages, finest first
 */
export function hieraStages(image: Value, weights: CheckpointWeights, config: HieraConfig): readonly Stage[] {
  const stageCount = config.stages.length;
  let stage: Stage = {
    tokens: patches(image, weights, config),
    order: { base: config.imageSize / PATCH / 2 ** (stageCount - 1), levels: stageCount - 1 },
  };
  const done: Stage[] = [];
  for (const plan of blockPlans(config)) {
    stage = image.graph.within(`block ${plan.index}`, () => block(stage, weights, plan));
    if (plan.endsStage) done.push(stage);
  }
  return done;
}

interface BlockPlan {
  readonly index: number;
  readonly width: number;
  readonly widthOut: number;
  readonly heads: number;
  /** Cells a side of the windows of what comes in; null attends to all. */
  readonly window: number | null;
  readonly endsStage: boolean;
}

/** The first block of a stage pools and doubles the width, and has the windows of the stage before. */
function blockPlans({ embedDim, heads, stages, globalBlocks, windows }: HieraConfig): BlockPlan[] {
  const plans: BlockPlan[] = [];
  for (const [stage, blocks] of stages.entries()) {
    for (let i = 0; i < blocks; i++) {
      const pools = i === 0 && stage > 0;
      const index = plans.length;
      const window = windows[pools ? stage - 1 : stage] ?? 0;
      plans.push({
        index,
        width: embedDim * 2 ** (pools ? stage - 1 : stage),
        widthOut: embedDim * 2 ** stage,
        heads: heads * 2 ** stage,
        window: globalBlocks.includes(index) ? null : window,
        endsStage: i === blocks - 1,
      });
    }
  }
  return plans;
}

function patches(image: Value, weights: CheckpointWeights, config: HieraConfig): Value {
  const { embedDim, imageSize, stages } = config;
  const side = imageSize / PATCH;
  const order = { base: side / 2 ** (stages.length - 1), levels: stages.length - 1 };
  const { graph } = image;
  return graph.within('patches', () => {
    const weight = weights.take(`${trunk}.patch_embed.proj.weight`, [embedDim, 3, 7, 7]);
    const bias = weights.take(`${trunk}.patch_embed.proj.bias`, [embedDim]);
    const pixels = convolution(image, weight, bias, { stride: PATCH, padding: 3 });
    const raster = transpose(reshape(pixels, [embedDim, side * side]), [1, 0]);
    const tokens = orderedRows(raster, order);
    return reshape(add(tokens, positions(graph, weights, config, order)), [1, side * side, embedDim]);
  });
}

/**
 * The position embedding [cells, width]: a coarse one enlarged with cubic interpolation, and one of a window repeated. All of it
 * is constant, and the runtime evaluates it once, when it loads the model; the file holds the two small parts.
 */
function positions(
  graph: Graph,
  weights: CheckpointWeights,
  { embedDim, windows: [window = 8] }: HieraConfig,
  order: TokenOrder,
): Value {
  const side = sideOf(order);
  const name = `${trunk}.pos_embed`;
  const coarse = weights.dimension(
    [
      [name, 2],
      [name, 3],
    ],
    7,
  );
  const background = weights.take(name, [1, embedDim, coarse, coarse]);
  const local = weights.take(`${trunk}.pos_embed_window`, [1, embedDim, window, window]);
  const enlarge = graph.floats([side, coarse], bicubicWeights(coarse, side));
  const byRow = matmul(
    enlarge,
    reshape(graph.exactWeight(permuted(background, [0, 2, 3, 1])), [coarse, coarse * embedDim]),
  );
  const enlarged = matmul(enlarge, reshape(byRow, [side, coarse, embedDim]));
  const repeats = side / window;
  const repeated = add(
    reshape(enlarged, [repeats, window, repeats, window, embedDim]),
    reshape(graph.exactWeight(permuted(local, [0, 2, 3, 1])), [1, window, 1, window, embedDim]),
  );
  return orderedRows(reshape(repeated, [side * side, embedDim]), order);
}

function block({ tokens, order }: Stage, weights: CheckpointWeights, plan: BlockPlan): Stage {
  const { index, width, widthOut } = plan;
  const name = `${trunk}.blocks.${index}`;
  const pools = width !== widthOut;
  const normalised = norm(tokens, weights, `${name}.norm1`, width);
  const shortcut = pools ? pooledLayer(normalised, weights, `${name}.proj`, width, widthOut) : tokens;
  const orderOut = pools ? coarser(order) : order;
  const attended = add(shortcut, windowedAttention(normalised, weights, { plan, order, orderOut }));
  const active = linearGelu(
    norm(attended, weights, `${name}.norm2`, widthOut),
    weights.take(`${name}.mlp.layers.0.weight`, [4 * widthOut, widthOut]),
    weights.take(`${name}.mlp.layers.0.bias`, [4 * widthOut]),
  );
  const mixed = layer(active, weights, `${name}.mlp.layers.1`, 4 * widthOut, widthOut);
  return { tokens: add(attended, mixed), order: orderOut };
}

interface AttentionPlan {
  readonly plan: BlockPlan;
  readonly order: TokenOrder;
  readonly orderOut: TokenOrder;
}

/**
 * A bias of keys adds the same to all scores of a query, and the softmax drops it. A bias of values passes the softmax, whose
 * chances sum to 1, and is added after the last layer. Both hold for padding too, which the reference makes of biases
 * alone: so keys and values have none here, and padding is zero. A bias of queries waits until they are pooled.
 */
function windowedAttention(x: Value, weights: CheckpointWeights, attentionPlan: AttentionPlan): Value {
  const { plan, order, orderOut } = attentionPlan;
  const { index, widthOut, heads, window } = plan;
  const name = `${trunk}.blocks.${index}.attn`;
  const bias = weights.take(`${name}.qkv.bias`, [3 * widthOut]);
  const groups = window !== null && heads <= HEADS_APART ? heads : 1;
  const columns = widthOut / groups;
  const attended = Array.from({ length: groups }, (_, group) =>
    attendedColumns(x, weights, attentionPlan, [group * columns, (group + 1) * columns]),
  );
  const last = weights.take(`${name}.proj.weight`, [widthOut, widthOut]);
  const valueBias = reshaped(rows(bias, 2 * widthOut, 3 * widthOut), [widthOut, 1]);
  const { queries } = windowsOfBlock(plan, order, orderOut);
  return linear(
    outOfWindows(concat(attended, 2), queries, tokenCount(orderOut)),
    last,
    sum(weights.take(`${name}.proj.bias`, [widthOut]), reshaped(product(last, valueBias), [widthOut])),
  );
}

/** What comes out of some of the heads, which have these columns of queries, keys and values. In windows. */
function attendedColumns(
  x: Value,
  weights: CheckpointWeights,
  { plan, order, orderOut }: AttentionPlan,
  [start, end]: readonly [number, number],
): Value {
  const { index, width, widthOut, heads, window } = plan;
  const name = `${trunk}.blocks.${index}.attn.qkv`;
  const weight = weights.take(`${name}.weight`, [3 * widthOut, width]);
  const bias = rows(weights.take(`${name}.bias`, [3 * widthOut]), start, end);
  const columns = (part: number): LazyTensor => rows(weight, part * widthOut + start, part * widthOut + end);
  const products = linear(x, columns(0), order === orderOut ? bias : null);
  const windows = windowsOfBlock(plan, order, orderOut);
  const q = order === orderOut ? products : add(pooled(products), x.graph.exactWeight(bias));
  const [queries, keys, values] = [
    intoWindows(q, windows.queries),
    intoWindows(linear(x, columns(1), null), windows.keys),
    intoWindows(linear(x, columns(2), null), windows.keys),
  ] as const;
  const headCount = (heads * (end - start)) / widthOut;
  return headCount === 1 && window !== null
    ? singleHead(queries, keys, values)
    : attention(queries, keys, values, headCount);
}

function windowsOfBlock({ window }: BlockPlan, order: TokenOrder, orderOut: TokenOrder) {
  const scale = sideOf(order) / sideOf(orderOut);
  return {
    keys: windowsOf(order, window),
    queries: windowsOf(orderOut, window === null ? null : window / scale),
  };
}

/** With one head nothing has to be regrouped, and the runtime's plain products are faster on small windows. */
function singleHead(q: Value, k: Value, v: Value): Value {
  const scale = q.graph.scalar(1 / Math.sqrt(Number(q.shape.at(-1))));
  const scores = multiply(matmul(q, transpose(k, [0, 2, 1])), scale);
  return matmul(softmax(scores, -1), v);
}

/** [1, cells, width] becomes [windows, cells of a window, width], with zeros beyond the grid. */
function intoWindows(x: Value, { count, cells, indices }: Windows): Value {
  const width = Number(x.shape.at(-1));
  if (indices === null) return reshape(x, [count, cells, width]);
  const beyond = Number(x.shape[1]);
  const zeros = x.graph.floats([1, 1, width], new Float32Array(width));
  const source = indices.includes(-1) ? concat([x, zeros], 1) : x;
  const at = indices.map((index) => (index >= 0 ? index : beyond));
  return reshape(gather(source, 1, x.graph.ints32(at)), [count, cells, width]);
}

/** The inverse; what lies beyond the grid is dropped. */
function outOfWindows(x: Value, { count, cells, indices }: Windows, tokens: number): Value {
  const width = x.shape.at(-1) ?? 0;
  if (indices === null) return reshape(x, [1, tokens, width]);
  const places = new Array<number>(tokens).fill(0);
  for (const [place, index] of indices.entries()) if (index >= 0) places[index] = place;
  return gather(reshape(x, [1, count * cells, width]), 1, x.graph.ints32(places));
}

/** A layer, then the maximum of each four cells; the bias is the same for all four and comes last. */
function pooledLayer(x: Value, weights: CheckpointWeights, name: string, from: number, to: number): Value {
  const products = linear(x, weights.take(`${name}.weight`, [to, from]), null);
  return add(pooled(products), x.graph.exactWeight(weights.take(`${name}.bias`, [to])));
}

/** The maximum of each four cells. */
function pooled(x: Value): Value {
  const [, cells = 0, width = 0] = x.shape;
  const quarters = reshape(x, [Number(cells) / 4, 4, width]);
  return reshape(reduceMax(quarters, [1]), [1, Number(cells) / 4, width]);
}

function norm(x: Value, weights: CheckpointWeights, name: string, width: number): Value {
  return layerNorm(
    x,
    weights.take(`${name}.weight`, [width]),
    weights.take(`${name}.bias`, [width]),
    EPSILON,
  );
}

function layer(x: Value, weights: CheckpointWeights, name: string, from: number, to: number): Value {
  return linear(x, weights.take(`${name}.weight`, [to, from]), weights.take(`${name}.bias`, [to]));
}
