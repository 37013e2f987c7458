import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from '../proto/onnx-pb.ts';
import { elementTypes } from './element-type.ts';
import { CONTRIB, type Graph, type Initializer } from './graph.ts';
import { elementCount } from './shape.ts';

/** A protobuf message cannot be larger than 2 GiB; a little is left for what is not weights. */
const LARGEST_MESSAGE = 2 ** 31 - 2 ** 26;

/** Gelu is an operator since version 20; onnxruntime knows later ones, older readers of ONNX do not. */
const OPSET = 20;
const IR_VERSION = 9;

/** Weights outside the model file start at multiples of this, so that a runtime can map them. */
const ALIGNMENT = 4096;

export interface WrittenFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

export interface WriteOptions {
  readonly signal?: AbortSignal;
  /** Weights go to a second file, `NAME.data`, where they are larger together. */
  readonly largestFileBytes?: number;
  /** Called with the number of bytes of each piece that was written. */
  readonly onBytes?: (bytes: number) => void;
}

/** Where the weights are, if not in the model file. */
interface Beside {
  readonly external: Placement;
  readonly weightsSha256: string;
}

/**
 * Writes a graph as an ONNX file, one weight at a time: no more than the largest of them is in memory.
 * Equal graphs give equal files.
 *
 * @returns the model file first, then the file of its weights if there is one
 */
export async function writeGraph(
  graph: Graph,
  path: string,
  options: WriteOptions = {},
): Promise<readonly WrittenFile[]> {
  const { largestFileBytes = LARGEST_MESSAGE } = options;
  if (weightBytes(graph) <= largestFileBytes) return [await writeChunks(path, modelChunks(graph), options)];
  const dataPath = `${path}.data`;
  const external = placeWeights(graph, basename(dataPath));
  const weights = await writeChunks(dataPath, dataChunks(external), options);
  // The hash of the model file has to tell models of the same structure apart.
  const model = modelChunks(graph, { external, weightsSha256: weights.sha256 });
  return [await writeChunks(path, model, options), weights];
}

/** Bytes of all weights, nearly those of the files. */
export function weightBytes(graph: Graph): number {
  return graph.initializers.reduce((total, weight) => total + byteLength(weight), 0);
}

/** The file of a small graph, in memory. */
export async function serializeGraph(graph: Graph): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of modelChunks(graph)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface PlacedWeight {
  readonly weight: Initializer;
  readonly location: string;
  readonly offset: number;
}

type Placement = ReadonlyMap<Initializer, PlacedWeight>;

/** Small weights stay in the model file, where shapes and axes must be. */
function placeWeights(graph: Graph, location: string): Placement {
  let end = 0;
  const placed = new Map<Initializer, PlacedWeight>();
  for (const weight of graph.initializers) {
    if (byteLength(weight) < ALIGNMENT) continue;
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    placed.set(weight, { weight, location, offset });
    end = offset + byteLength(weight);
  }
  return placed;
}

async function* dataChunks(placement: Placement): AsyncGenerator<Uint8Array> {
  let end = 0;
  for (const { weight, offset } of placement.values()) {
    yield new Uint8Array(offset - end);
    yield await checkedBytes(weight);
    end = offset + byteLength(weight);
  }
}

/**
 * The model file. Its graph is a message of known length in which the weights are the last fields, so that they can be
 * written one after the other without the message in memory.
 */
async function* modelChunks(graph: Graph, beside?: Beside): AsyncGenerator<Uint8Array> {
  const external = beside?.external;
  const structure = graphStructure(graph);
  const weights = graph.initializers.map((weight) => ({ weight, head: tensorHead(weight, external) }));
  const length = weights.reduce(
    (total, { weight, head }) =>
      total + head.length + (external?.has(weight) === true ? 0 : byteLength(weight)),
    structure.length,
  );
  yield modelHead(graph, beside);
  yield fieldStart(7, length);
  yield structure;
  for (const { weight, head } of weights) {
    yield head;
    if (external?.has(weight) !== true) yield await checkedBytes(weight);
  }
}

function modelHead(graph: Graph, beside: Beside | undefined): Uint8Array {
  const contrib = graph.nodes.some(({ domain }) => domain === CONTRIB);
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(IR_VERSION),
      producerName: 'calque',
      opsetImport: [
        { domain: '', version: BigInt(OPSET) },
        ...(contrib ? [{ domain: CONTRIB, version: 1n }] : []),
      ],
      metadataProps:
        beside === undefined ? [] : [{ key: 'calque.weights.sha256', value: beside.weightsSha256 }],
    }),
  );
}

function graphStructure(graph: Graph): Uint8Array {
  return toBinary(
    GraphProtoSchema,
    create(GraphProtoSchema, {
      name: graph.name,
      node: graph.publishedNodes(),
      input: graph.inputs,
      output: [...graph.outputs],
    }),
  );
}

/** A weight as a field of the graph, up to where its bytes begin. */
function tensorHead(weight: Initializer, external: Placement | undefined): Uint8Array {
  const place = external?.get(weight);
  const description = toBinary(
    TensorProtoSchema,
    create(TensorProtoSchema, {
      dims: weight.shape.map(BigInt),
      dataType: elementTypes[weight.type].onnx,
      name: weight.name,
      ...(place === undefined ? {} : externalFields(place)),
    }),
  );
  if (place !== undefined) return Buffer.concat([fieldStart(5, description.length), description]);
  const raw = fieldStart(9, byteLength(weight));
  const length = description.length + raw.length + byteLength(weight);
  return Buffer.concat([fieldStart(5, length), description, raw]);
}

function externalFields({ weight, location, offset }: PlacedWeight) {
  return {
    dataLocation: 1,
    externalData: [
      { key: 'location', value: location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(byteLength(weight)) },
    ],
  };
}

/** Tag and length of a field with bytes. */
function fieldStart(field: number, length: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish();
}

function byteLength({ type, shape }: Initializer): number {
  return elementCount(shape) * elementTypes[type].bytes;
}

async function checkedBytes(weight: Initializer): Promise<Uint8Array> {
  const bytes = await weight.bytes();
  if (bytes.length === byteLength(weight)) return bytes;
  throw new RangeError(`the weight ${weight.name} has ${bytes.length} bytes, not ${byteLength(weight)}`);
}

async function writeChunks(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  { signal, onBytes }: WriteOptions,
): Promise<WrittenFile> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'w');
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await writeAll(file, chunk);
      hash.update(chunk);
      sizeBytes += chunk.length;
      onBytes?.(chunk.length);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { path, sizeBytes, sha256: hash.digest('hex') };
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}
