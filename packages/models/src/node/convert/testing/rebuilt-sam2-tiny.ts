import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { inMemory, type LazyTensor, permuted, reshaped } from '../../onnx/graph/lazy-tensor.ts';
import { readOnnx } from '../../onnx/onnx-file.ts';
import type { GraphProto, TensorProto } from '../../onnx/proto/onnx-pb.ts';
import { splitPositions } from './split-positions.ts';

/**
 * The checkpoint of SAM 2 Hiera tiny, put together again from the weights inside the two files of the built-in model. The
 * exporters have transposed and renamed them. The object score is not in those files: its layers are zero here.
 *
 * @param encoderFile the `.ort` file as onnxruntime saves it as ONNX (`optimizedModelFilePath`)
 * @param decoderFile the `.onnx` file
 */
export function rebuiltSam2Tiny(encoderFile: Uint8Array, decoderFile: Uint8Array): Checkpoint {
  const encoder = readOnnx(encoderFile, 'encoder').graph;
  const decoder = readOnnx(decoderFile, 'decoder').graph;
  const tensors = new Map<string, LazyTensor>();
  for (const tensor of [...encoderTensors(encoder), ...decoderTensors(decoder), ...objectScore()]) {
    tensors.set(tensor.name, tensor);
  }
  return {
    path: 'rebuilt-sam2-tiny.pt',
    format: 'pytorch',
    tensors: new Map([...tensors].map(([name, { shape }]) => [name, { shape, dtype: 'float32' as const }])),
    async read(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new RangeError(`no tensor ${name}`);
      return (await tensor.read()).slice();
    },
    async close() {},
  };
}

const FLOAT = 1;

/** The float32 weights of a graph by their name in it. */
function weightsOf(graph: GraphProto): Map<string, LazyTensor> {
  const floats = graph.initializer.filter(({ dataType }) => dataType === FLOAT);
  return new Map(floats.map((tensor) => [tensor.name, lazy(tensor)]));
}

function lazy(tensor: TensorProto): LazyTensor {
  const raw = new Uint8Array(tensor.rawData);
  const values = raw.length > 0 ? new Float32Array(raw.buffer) : Float32Array.from(tensor.floatData);
  return inMemory(tensor.name, tensor.dims.map(Number), values);
}

function named(name: string, tensor: LazyTensor): LazyTensor {
  return { name, shape: tensor.shape, read: () => tensor.read() };
}

const COARSE = 7;
const WINDOW = 8;

function encoderTensors(graph: GraphProto): LazyTensor[] {
  const found: LazyTensor[] = [];
  for (const [name, tensor] of weightsOf(graph)) {
    const transposed = /^\/(image_encoder\/.+)\/Transpose_output_0$/.exec(name)?.[1];
    if (name.startsWith('model.')) found.push(named(name.slice('model.'.length), tensor));
    else if (name === 'no_mem_embed') found.push(named(name, reshaped(tensor, [1, 1, 256])));
    else if (name === '/image_encoder/trunk/Transpose_output_0') found.push(...positionTensors(tensor));
    else if (transposed !== undefined && tensor.shape.length === 2) {
      found.push(named(`${transposed.replaceAll('/', '.')}.weight`, permuted(tensor, [1, 0])));
    }
  }
  return found;
}

function positionTensors(summed: LazyTensor): LazyTensor[] {
  const [, channels = 0, side = 0] = summed.shape;
  const parts = summed
    .read()
    .then((values) => splitPositions(values, { side, coarse: COARSE, window: WINDOW }));
  const trunk = 'image_encoder.trunk';
  return [
    {
      name: `${trunk}.pos_embed`,
      shape: [1, channels, COARSE, COARSE],
      read: async () => (await parts).background,
    },
    {
      name: `${trunk}.pos_embed_window`,
      shape: [1, channels, WINDOW, WINDOW],
      read: async () => (await parts).window,
    },
  ];
}

function decoderTensors(graph: GraphProto): LazyTensor[] {
  const weights = weightsOf(graph);
  const found: LazyTensor[] = [];
  for (const [name, tensor] of weights) {
    if (/^(mask_decoder|prompt_encoder)\./.test(name)) found.push(named(`sam_${name}`, tensor));
  }
  // Layers whose weight the exporter has transposed have only the node's name left.
  for (const node of graph.node) {
    const weight = node.input
      .map((input) => weights.get(input))
      .find((tensor) => tensor?.name.startsWith('onnx::'));
    if (weight !== undefined) found.push(...tensorsOfNode(node.name, node.opType, weight));
  }
  return found;
}

function tensorsOfNode(node: string, op: string, weight: LazyTensor): LazyTensor[] {
  const module = node.split('/').at(-2) ?? '';
  const path = node.split('/').slice(1, -1).join('.');
  if (op === 'MatMul') return [named(`sam_mask_decoder.${path}.weight`, permuted(weight, [1, 0]))];
  if (op === 'Expand') return outputTokens(weight);
  const channels = weight.shape[0] ?? 0;
  if (/^(mask_downscaling|output_upscaling)\.\d$/.test(module)) {
    const family = module.startsWith('mask') ? 'sam_prompt_encoder' : 'sam_mask_decoder';
    const part = op === 'Mul' ? 'weight' : 'bias';
    return [named(`${family}.${module}.${part}`, reshaped(weight, [channels]))];
  }
  if (weight.shape.join() === '1,256,1,1') {
    return [named('sam_prompt_encoder.no_mask_embed.weight', reshaped(weight, [1, 256]))];
  }
  return [];
}

/** Object score, score and four masks in one tensor, [1, 6, 256]. */
function outputTokens(tokens: LazyTensor): LazyTensor[] {
  const part = (name: string, start: number, count: number): LazyTensor => ({
    name: `sam_mask_decoder.${name}.weight`,
    shape: [count, 256],
    read: async () => (await tokens.read()).slice(start * 256, (start + count) * 256),
  });
  return [part('obj_score_token', 0, 1), part('iou_token', 1, 1), part('mask_tokens', 2, 4)];
}

function objectScore(): LazyTensor[] {
  const zeros = (part: string, shape: readonly number[]): LazyTensor =>
    inMemory(
      `sam_mask_decoder.pred_obj_score_head.layers.${part}`,
      shape,
      new Float32Array(shape.reduce((a, b) => a * b, 1)),
    );
  return [
    zeros('0.weight', [256, 256]),
    zeros('0.bias', [256]),
    zeros('1.weight', [256, 256]),
    zeros('1.bias', [256]),
    zeros('2.weight', [1, 256]),
    zeros('2.bias', [1]),
  ];
}
