import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { inMemory, type LazyTensor, permuted, reshaped } from '../../onnx/graph/lazy-tensor.ts';
import { readOnnx } from '../../onnx/onnx-file.ts';
import type { GraphProto, TensorProto } from '../../onnx/proto/onnx-pb.ts';

/**
 * The weights of an exported TinyViT under the names of its checkpoint. Exporters fold batch normalisation into convolutions:
 * here it is one that changes nothing but the offset. They transpose matrices, and write the attention biases out for
 * all pairs of tokens, of which the first row has each distance once.
 */
export function rebuiltTinyVit(file: Uint8Array): Checkpoint {
  const { graph } = readOnnx(file, 'encoder.onnx');
  const tensors = new Map([
    ...namedWeights(graph),
    ...matrices(graph),
    ...convolutions(graph),
    ...neckNorms(graph),
    ...attentionBiases(graph),
  ]);
  return {
    path: 'encoder.onnx',
    format: 'pytorch',
    tensors: new Map([...tensors].map(([name, { shape }]) => [name, { shape, dtype: 'float32' as const }])),
    read: async (name) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new RangeError(`no ${name}`);
      return tensor.read();
    },
    close: async () => undefined,
  };
}

type Named = readonly (readonly [string, LazyTensor])[];

function namedWeights({ initializer }: GraphProto): Named {
  return initializer
    .filter(({ name = '' }) => /^(layers|neck)\./.test(name))
    .map((tensor) => [`image_encoder.${tensor.name}`, lazy(tensor)]);
}

/** `/layers.1/blocks.0/attn/qkv/MatMul` */
function matrices({ node, initializer }: GraphProto): Named {
  return node.flatMap(({ opType, name = '', input }) => {
    const weight = initializer.find((tensor) => tensor.name === input[1]);
    if (opType !== 'MatMul' || weight === undefined) return [];
    return [[`image_encoder.${moduleOf(name)}.weight`, permuted(lazy(weight), [1, 0])] as const];
  });
}

function convolutions({ node, initializer }: GraphProto): Named {
  return node.flatMap(({ opType, name = '', input }) => {
    const weight = initializer.find((tensor) => tensor.name === input[1]);
    const bias = initializer.find((tensor) => tensor.name === input[2]);
    if (opType !== 'Conv' || weight === undefined || bias === undefined) return [];
    const at = `image_encoder.${moduleOf(name).replace(/\.c$/, '')}`;
    const channels = Number(bias.dims[0]);
    const filled = (value: number): LazyTensor =>
      inMemory(`${value}`, [channels], new Float32Array(channels).fill(value));
    return [
      [`${at}.c.weight`, lazy(weight)] as const,
      [`${at}.bn.weight`, filled(1)] as const,
      [`${at}.bn.bias`, lazy(bias)] as const,
      [`${at}.bn.running_mean`, filled(0)] as const,
      [`${at}.bn.running_var`, filled(1 - 1e-5)] as const,
    ];
  });
}

/** The exporter has written out the norms of the neck: a factor and an offset a channel, [channels, 1, 1]. */
function neckNorms({ node, initializer }: GraphProto): Named {
  return node.flatMap(({ opType, name = '', input }) => {
    const factor = initializer.find((tensor) => input.includes(tensor.name ?? ''));
    if (!/^\/neck\/neck\.[13]\//.test(name) || factor === undefined) return [];
    const part = opType === 'Mul' ? 'weight' : 'bias';
    return [
      [`image_encoder.${moduleOf(name)}.${part}`, reshaped(lazy(factor), [Number(factor.dims[0])])] as const,
    ];
  });
}

function attentionBiases({ node }: GraphProto): Named {
  const constants = new Map(
    node.filter(({ opType }) => opType === 'Constant').map((each) => [each.output[0], each.attribute[0]?.t]),
  );
  return node.flatMap(({ opType, name = '', input }) => {
    const scores = constants.get(input[1] ?? '');
    if (opType !== 'Add' || !/\/attn\/Add(_\d+)?$/.test(name) || scores?.dims.length !== 3) return [];
    const [heads = 0, tokens = 0] = scores.dims.map(Number);
    const values = floatsOf(scores);
    const first = Float32Array.from(
      { length: heads * tokens },
      (_, i) => values[Math.floor(i / tokens) * tokens * tokens + (i % tokens)] ?? Number.NaN,
    );
    const at = `image_encoder.${moduleOf(name)}`;
    return [[`${at}.attention_biases`, inMemory(at, [heads, tokens], first)] as const];
  });
}

/** `/patch_embed/seq/seq.0/c/Conv` is the module `patch_embed.seq.0.c`: a child of a sequence repeats its parent's name. */
function moduleOf(nodeName: string): string {
  const parts = nodeName.split('/').slice(1, -1);
  return parts.filter((part, i) => parts[i + 1]?.startsWith(`${part}.`) !== true).join('.');
}

function lazy(tensor: TensorProto): LazyTensor {
  return inMemory(tensor.name ?? '', tensor.dims.map(Number), floatsOf(tensor));
}

function floatsOf({ rawData, floatData }: TensorProto): Float32Array {
  if (rawData === undefined || rawData.length === 0) return Float32Array.from(floatData);
  return new Float32Array(Uint8Array.from(rawData).buffer);
}
