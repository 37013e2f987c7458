/**
 * A model of one operator, y = Relu(x) on two floats, as ONNX bytes: enough to see whether a provider really runs.
 * Field numbers: the format's `onnx.proto` (ModelProto, GraphProto, NodeProto, ValueInfoProto).
 */
export function probeModel(): Uint8Array {
  const node = [...field(1, text('x')), ...field(2, text('y')), ...field(4, text('Relu'))];
  const graph = [
    ...field(1, node),
    ...field(2, text('probe')),
    ...field(11, valueInfo('x')),
    ...field(12, valueInfo('y')),
  ];
  const opset = [...varint(2, 13)];
  return Uint8Array.from([...varint(1, 8), ...field(7, graph), ...field(8, opset)]);
}

function valueInfo(name: string): number[] {
  const dimension = varint(1, 2);
  const shape = field(1, dimension);
  const tensorType = [...varint(1, 1), ...field(2, shape)];
  return [...field(1, text(name)), ...field(2, field(1, tensorType))];
}

function text(value: string): number[] {
  return [...value].map((character) => character.charCodeAt(0));
}

/** A length-delimited field of fewer than 128 bytes. */
function field(number: number, content: readonly number[]): number[] {
  return [(number << 3) | 2, content.length, ...content];
}

function varint(number: number, value: number): number[] {
  return [number << 3, value];
}
