import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../proto/onnx-pb.ts';
import { type ElementType, elementTypes } from './element-type.ts';
import { toHalf } from './half-precision.ts';
import type { LazyTensor } from './lazy-tensor.ts';
import { elementCount, type Shape, sameShape, shapeText } from './shape.ts';

/** What a graph's weights are stored as. Inputs and outputs are float32 in any case. */
export type Precision = 'fp32' | 'fp16' | 'int8';

/** A tensor of a graph: an input, a weight or the output of a node. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

/** A weight as it lies in the file; its bytes are made when the file is written. */
export interface Initializer {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  bytes(): Promise<Uint8Array>;
}

export type Attribute = number | string | readonly number[] | { readonly float: number };

/** What a node does, apart from its inputs. */
export interface Operation {
  readonly op: string;
  /** Empty for ONNX's own operators. */
  readonly domain?: '' | typeof CONTRIB;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Operators of onnxruntime beyond ONNX, available in onnxruntime-node and onnxruntime-web alike. */
export const CONTRIB = 'com.microsoft';

/** Weights with fewer values stay float32 in every precision: they cost nothing, and norms and biases are sensitive. */
const SMALL_WEIGHT = 2048;

/** An ONNX graph while it is being made. Operators are the functions in `ops/`. */
export class Graph {
  readonly name: string;
  readonly precision: Precision;
  readonly inputs: ValueInfoProto[] = [];
  readonly nodes: NodeProto[] = [];
  readonly initializers: Initializer[] = [];
  readonly #outputs = new Map<string, Value>();
  readonly #values = new Map<string, Value>();
  readonly #scope: string[] = [];
  #count = 0;

  constructor(name: string, precision: Precision = 'fp32') {
    this.name = name;
    this.precision = precision;
  }

  input(name: string, shape: Shape, type: ElementType = 'float32'): Value {
    this.inputs.push(valueInfo(name, type, shape));
    return { graph: this, name, type, shape };
  }

  /** Publishes a value under a name. */
  output(name: string, value: Value): void {
    if (this.#outputs.has(name)) throw new RangeError(`the graph ${this.name} has two outputs ${name}`);
    this.#outputs.set(name, value);
  }

  get outputs(): readonly ValueInfoProto[] {
    return [...this.#outputs].map(([name, { type, shape }]) => valueInfo(name, type, shape));
  }

  /** The nodes with the public names of what the graph publishes. */
  publishedNodes(): NodeProto[] {
    const published = new Map([...this.#outputs].map(([name, value]) => [value.name, name]));
    const renamed = (name: string): string => published.get(name) ?? name;
    return this.nodes.map((node) =>
      create(NodeProtoSchema, { ...node, input: node.input.map(renamed), output: node.output.map(renamed) }),
    );
  }

  /** Nodes that are added in `build` carry the name, for profiles and error messages of the runtime. */
  within<T>(name: string, build: () => T): T {
    this.#scope.push(name);
    try {
      return build();
    } finally {
      this.#scope.pop();
    }
  }

  /** Adds a node with one output. An input of `null` is left out. */
  node(operation: Operation, inputs: readonly (Value | null)[], shape: Shape, type?: ElementType): Value {
    const [value] = this.nodeWithOutputs(operation, inputs, [{ shape, type: type ?? firstType(inputs) }]);
    if (value === undefined) throw new RangeError(`${operation.op} made nothing`);
    return value;
  }

  nodeWithOutputs(
    { op, domain = '', attributes = {} }: Operation,
    inputs: readonly (Value | null)[],
    outputs: readonly { readonly shape: Shape; readonly type: ElementType }[],
  ): Value[] {
    const name = [...this.#scope, `${op}_${this.#count++}`].join('/');
    const values = outputs.map(({ shape, type }, i) => ({
      graph: this,
      name: outputs.length === 1 ? name : `${name}:${i}`,
      type,
      shape,
    }));
    this.nodes.push(
      create(NodeProtoSchema, {
        name,
        opType: op,
        domain,
        input: inputs.map((input) => this.#ownName(input)),
        output: values.map((value) => value.name),
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      }),
    );
    return values;
  }

  /** A weight, stored in the graph's precision and given to nodes as float32. The same tensor is stored once. */
  weight(tensor: LazyTensor): Value {
    const half = this.precision !== 'fp32' && elementCount(tensor.shape) >= SMALL_WEIGHT;
    return half ? this.#halfWeight(tensor) : this.exactWeight(tensor);
  }

  /** A weight in float32 whatever the precision. */
  exactWeight(tensor: LazyTensor): Value {
    return this.stored({
      name: tensor.name,
      type: 'float32',
      shape: tensor.shape,
      bytes: async () => bytesOf(await tensor.read()),
    });
  }

  /** The runtime evaluates the cast once, when it loads the model. */
  #halfWeight(tensor: LazyTensor): Value {
    const known = this.#values.get(tensor.name);
    if (known !== undefined) return known;
    const half = this.stored({
      name: `half(${tensor.name})`,
      type: 'float16',
      shape: tensor.shape,
      bytes: async () => bytesOf(toHalf(await tensor.read())),
    });
    const value = this.node(
      { op: 'Cast', attributes: { to: elementTypes.float32.onnx } },
      [half],
      tensor.shape,
      'float32',
    );
    this.#values.set(tensor.name, value);
    return value;
  }

  /** A float32 constant that is in memory; equal ones are stored once. */
  floats(shape: readonly number[], values: Iterable<number>): Value {
    return this.#constant('float32', shape, Float32Array.from(values));
  }

  scalar(value: number): Value {
    return this.floats([], [value]);
  }

  /** An int64 constant, as shapes and axes are given to operators. */
  ints(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.#constant('int64', shape, BigInt64Array.from(values, BigInt));
  }

  /** An int32 constant, for tables of indices. */
  ints32(values: readonly number[]): Value {
    return this.#constant('int32', [values.length], Int32Array.from(values));
  }

  /** An initializer as it is. One with a known name must be the same. */
  stored(initializer: Initializer): Value {
    const { name, type, shape } = initializer;
    const known = this.#values.get(name);
    if (known === undefined) {
      this.initializers.push(initializer);
      const value: Value = { graph: this, name, type, shape };
      this.#values.set(name, value);
      return value;
    }
    if (known.type !== type || !sameShape(known.shape, shape)) {
      throw new RangeError(`two weights ${name}: ${shapeText(known.shape)} and ${shapeText(shape)}`);
    }
    return known;
  }

  #constant(
    type: ElementType,
    shape: readonly number[],
    values: Float32Array | BigInt64Array | Int32Array,
  ): Value {
    if (values.length !== elementCount(shape)) {
      throw new RangeError(`a constant of ${shapeText(shape)} has ${values.length} values`);
    }
    const bytes = bytesOf(values);
    const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 24);
    const name = `constant ${type} ${shape.join('x')} ${digest}`;
    return this.stored({ name, type, shape, bytes: async () => bytes });
  }

  #ownName(input: Value | null): string {
    if (input === null) return '';
    if (input.graph !== this) throw new RangeError(`${input.name} belongs to another graph`);
    return input.name;
  }
}

function firstType(inputs: readonly (Value | null)[]): ElementType {
  return inputs.find((input) => input !== null)?.type ?? 'float32';
}

function bytesOf(values: Float32Array | BigInt64Array | Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function valueInfo(name: string, type: ElementType, shape: Shape): ValueInfoProto {
  const dim = shape.map((side) =>
    typeof side === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(side) } }
      : { value: { case: 'dimParam' as const, value: side } },
  );
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: elementTypes[type].onnx, shape: { dim } } } },
  });
}

/** `AttributeProto.AttributeType`. */
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;

function attribute(name: string, value: Attribute): AttributeProto {
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: attributeType.int, i: BigInt(value) });
  }
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: attributeType.string, s: Buffer.from(value) });
  }
  if ('float' in value) {
    return create(AttributeProtoSchema, { name, type: attributeType.float, f: value.float });
  }
  return create(AttributeProtoSchema, { name, type: attributeType.ints, ints: value.map(BigInt) });
}
