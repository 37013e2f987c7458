import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { notOnnx } from '../../errors.ts';
import { type GraphProto, type ModelProto, ModelProtoSchema } from './proto/onnx-pb.ts';

/** A model that has a graph: what every ONNX file worth the name holds. */
export type OnnxModel = ModelProto & { graph: GraphProto };

/**
 * Reads an ONNX model file. The weights are views into `bytes`, which must not be written afterwards.
 * Throws `onnx-invalid` when the bytes are not an ONNX model.
 */
export function readOnnx(bytes: Uint8Array, name: string): OnnxModel {
  const model = parse(bytes, name);
  if (model.graph === undefined || model.graph.node.length === 0) throw notOnnx(name, 'it holds no graph');
  return model as OnnxModel;
}

/** The file of a model. Equal models give equal bytes on every machine. */
export function writeOnnx(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

function parse(bytes: Uint8Array, name: string): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw notOnnx(name, cause instanceof Error ? cause.message : String(cause), cause);
  }
}
