import type { GraphProto, ValueInfoProto } from './proto/onnx-pb.ts';

/** An input or an output of a graph; a dimension of null is known when the graph runs. */
export interface GraphValue {
  readonly name: string;
  /** `TensorProto.DataType`; undefined where the file does not say. */
  readonly elementType: number | undefined;
  readonly shape: readonly (number | null)[] | undefined;
}

/** The inputs that a caller has to give: older files list their weights among them. */
export function graphInputs({ input, initializer }: GraphProto): readonly GraphValue[] {
  const weights = new Set(initializer.map(({ name }) => name));
  return input.filter(({ name }) => !weights.has(name)).map(graphValue);
}

export function graphOutputs({ output }: GraphProto): readonly GraphValue[] {
  return output.map(graphValue);
}

function graphValue({ name, type }: ValueInfoProto): GraphValue {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  return {
    name,
    elementType: tensor?.elemType,
    shape: tensor?.shape?.dim.map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : null)),
  };
}

/** For people: `point_coords [1, ?, 2]`. */
export function describeGraphValue({ name, shape }: GraphValue): string {
  const dimensions = shape?.map((dim) => dim ?? '?').join(', ');
  return dimensions === undefined ? name : `${name} [${dimensions}]`;
}
