import { checkpointDamaged, checkpointUnsupported } from '../../errors.ts';
import { type Checkpoint, type CheckpointTensor, countOf, type ElementType } from './checkpoint.ts';
import { elementBytes, toFloat32 } from './element-types.ts';
import type { RandomAccessFile } from './random-access-file.ts';

/** The header of the largest published checkpoint has a tenth of a megabyte. */
const largestHeaderBytes = 16 * 1024 * 1024;
const lengthBytes = 8;

const elementTypes: ReadonlyMap<unknown, ElementType> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

interface StoredTensor extends CheckpointTensor {
  /** In the file. */
  readonly at: number;
  readonly sizeBytes: number;
}

/** Opens a .safetensors file: the length of a JSON header, the header, the values. Source: the format's README. */
export async function openSafetensors(file: RandomAccessFile): Promise<Checkpoint> {
  const headerBytes = Number(new DataView((await file.read(0, lengthBytes)).buffer).getBigUint64(0, true));
  if (headerBytes > largestHeaderBytes || lengthBytes + headerBytes > file.sizeBytes)
    throw checkpointDamaged(file.path, `its header claims ${headerBytes} bytes`);
  const header = parseHeader(file, await file.read(lengthBytes, headerBytes));
  const dataAt = lengthBytes + headerBytes;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') tensors.set(name, parseTensor(file, name, value, dataAt));
  }
  checkGapless(file, tensors, dataAt);
  return new SafetensorsCheckpoint(file, tensors);
}

class SafetensorsCheckpoint implements Checkpoint {
  readonly format = 'safetensors';
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly #file: RandomAccessFile;

  constructor(file: RandomAccessFile, tensors: ReadonlyMap<string, StoredTensor>) {
    this.path = file.path;
    this.#file = file;
    this.tensors = tensors;
  }

  async read(name: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new RangeError(`the checkpoint has no tensor ${name}`);
    signal?.throwIfAborted();
    return toFloat32(await this.#file.read(tensor.at, tensor.sizeBytes), tensor.dtype);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function parseHeader(file: RandomAccessFile, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header))
      return header as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw checkpointDamaged(file.path, 'its header is not JSON', cause);
  }
  throw checkpointDamaged(file.path, 'its header does not list tensors');
}

function parseTensor(file: RandomAccessFile, name: string, value: unknown, dataAt: number): StoredTensor {
  const shown = JSON.stringify(name.slice(0, 80));
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Readonly<
    Record<string, unknown>
  >;
  const shape = countsOf(fields['shape']);
  const [start, end] = countsOf(fields['data_offsets']) ?? [];
  if (shape === undefined || start === undefined || end === undefined)
    throw checkpointDamaged(file.path, `its header does not say where the tensor ${shown} is`);
  const dtype = elementTypes.get(fields['dtype']);
  if (dtype === undefined) {
    throw checkpointUnsupported(
      file.path,
      `the tensor ${shown} is of the type ${typeText(fields['dtype'])}`,
      'Save it again with float32 or float16 values',
    );
  }
  const sizeBytes = countOf(shape) * elementBytes[dtype];
  if (end - start !== sizeBytes || dataAt + end > file.sizeBytes)
    throw checkpointDamaged(
      file.path,
      `the tensor ${shown} of ${sizeBytes} bytes lies at ${start} to ${end}`,
    );
  return { shape, dtype, at: dataAt + start, sizeBytes };
}

/** The header may hold anything, of any depth, where the name of a type should be. */
function typeText(dtype: unknown): string {
  return typeof dtype === 'string' ? JSON.stringify(dtype.slice(0, 40)) : `"${typeof dtype}"`;
}

/** The format allows neither holes nor overlaps; both are ways to hide something. */
function checkGapless(
  file: RandomAccessFile,
  tensors: ReadonlyMap<string, StoredTensor>,
  dataAt: number,
): void {
  let at = dataAt;
  for (const tensor of [...tensors.values()].sort((left, right) => left.at - right.at)) {
    if (tensor.at !== at) throw checkpointDamaged(file.path, 'its tensors overlap or leave holes');
    at += tensor.sizeBytes;
  }
  if (at !== file.sizeBytes)
    throw checkpointDamaged(file.path, `it has ${file.sizeBytes} bytes where its header lists ${at}`);
}

function countsOf(value: unknown): readonly number[] | undefined {
  const isCount = (size: unknown): boolean => Number.isSafeInteger(size) && (size as number) >= 0;
  return Array.isArray(value) && value.length <= 16 && value.every(isCount)
    ? (value as readonly number[])
    : undefined;
}
