import { create } from '@bufbuild/protobuf';
import type { InputSpec } from '../../manifest/manifest.ts';
import { onnxDataType } from './onnx-constants.ts';
import { readOnnx, writeOnnx } from './onnx-file.ts';
import {
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './proto/onnx-pb.ts';

/** What the image is called that an edited encoder takes. */
export const normalisedImage = 'normalised_image';

/** `AttributeProto.AttributeType.INTS`. */
const INTS = 7;

/**
 * Has an encoder that normalises and pads by itself, float32 [height, width, 3] of 0 … 255, take what other encoders take:
 * the square image of three planes, normalised. Four nodes before the first undo what the caller has done; zeros, which
 * fill the square, become the mean and then zeros again. Source: `samexporter/onnx_utils.py`, `--use-preprocess`.
 *
 * @param bytes the `.onnx` file of the encoder; unchanged
 * @param path for messages
 */
export function takeNormalisedImage(
  bytes: Uint8Array,
  path: string,
  { size, mean, std }: Pick<InputSpec, 'size' | 'mean' | 'std'>,
): Uint8Array {
  const model = readOnnx(bytes, path);
  const { graph } = model;
  const weights = new Set(graph.initializer.map(({ name }) => name));
  const pixels = graph.input.find(({ name }) => !weights.has(name))?.name ?? '';
  const { width, height } = size;
  const shape = [1, 3, height, width];
  graph.initializer.push(
    floats('calque/std', [1, 3, 1, 1], std),
    floats('calque/mean', [1, 3, 1, 1], mean),
    integers('calque/planes', shape.slice(1)),
  );
  graph.node = [
    node('Mul', [normalisedImage, 'calque/std'], 'calque/scaled'),
    node('Add', ['calque/scaled', 'calque/mean'], 'calque/shifted'),
    node('Reshape', ['calque/shifted', 'calque/planes'], 'calque/image'),
    node('Transpose', ['calque/image'], pixels, { perm: [1, 2, 0] }),
    ...graph.node,
  ];
  graph.input = [imageInput(shape), ...graph.input.filter(({ name }) => name !== pixels)];
  return writeOnnx(model);
}

function node(
  opType: string,
  input: string[],
  output: string,
  attributes: Readonly<Record<string, readonly number[]>> = {},
): NodeProto {
  const attribute = Object.entries(attributes).map(([name, ints]) =>
    create(AttributeProtoSchema, { name, type: INTS, ints: ints.map(BigInt) }),
  );
  return create(NodeProtoSchema, { name: output, opType, input, output: [output], attribute });
}

function floats(name: string, shape: readonly number[], values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(Float32Array.from(values).buffer);
  return create(TensorProtoSchema, { name, dims: shape.map(BigInt), dataType: onnxDataType.float, rawData });
}

function integers(name: string, values: readonly number[]): TensorProto {
  const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return create(TensorProtoSchema, {
    name,
    dims: [BigInt(values.length)],
    dataType: onnxDataType.int64,
    rawData,
  });
}

function imageInput(shape: readonly number[]): ValueInfoProto {
  const dim = shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  return create(ValueInfoProtoSchema, {
    name: normalisedImage,
    type: { value: { case: 'tensorType', value: { elemType: onnxDataType.float, shape: { dim } } } },
  });
}
