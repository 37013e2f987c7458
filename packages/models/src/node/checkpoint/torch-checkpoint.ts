import { crc32 } from 'node:zlib';
import { checkpointDamaged, checkpointUnsafe, checkpointUnsupported } from '../../errors.ts';
import { type Checkpoint, type CheckpointTensor, countOf, type ElementType } from './checkpoint.ts';
import { elementBytes, toFloat32 } from './element-types.ts';
import type { RandomAccessFile } from './random-access-file.ts';
import { gatherStrided, isRowMajor, lastOffset } from './strided-view.ts';
import {
  describeValue,
  PickleDict,
  PickleGlobal,
  type PickleMeaning,
  PickleTuple,
  type PickleValue,
  unpickle,
} from './unpickle.ts';
import { entryDataAt, readZipDirectory, type ZipEntry } from './zip-directory.ts';

/** The pickle of the largest published checkpoint has a quarter of a megabyte. */
const largestPickleBytes = 32 * 1024 * 1024;
/** Tensors that repeat or share values may not unfold to more than that many times their file, alone or together. */
const largestUnfolding = 4;
const largestUnfoldedFloor = 64 * 1024 * 1024;

/**
 * Opens a checkpoint as `torch.save` has written it since PyTorch 1.6: a zip of uncompressed entries, `data.pkl` with
 * the structure and one entry for each storage under `data/`. Source: `torch/serialization.py`.
 */
export async function openTorchCheckpoint(file: RandomAccessFile): Promise<Checkpoint> {
  const archive = await openArchive(file);
  const tensors = stateDictOf(archive, unpickle(await readPickle(archive), torchMeaning(archive), file.path));
  return new TorchCheckpoint(archive, tensors);
}

interface Archive {
  readonly file: RandomAccessFile;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Folder of everything in the archive, with its slash. */
  readonly root: string;
}

/** A view of a storage; offset and strides count values. */
class TorchTensor implements CheckpointTensor {
  readonly shape: readonly number[];
  readonly dtype: ElementType;
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.dtype = storage.dtype;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

class TorchStorage {
  readonly dtype: ElementType;
  readonly entry: ZipEntry;
  readonly count: number;

  constructor(dtype: ElementType, entry: ZipEntry, count: number) {
    this.dtype = dtype;
    this.entry = entry;
    this.count = count;
  }
}

class TorchCheckpoint implements Checkpoint {
  readonly format = 'pytorch';
  readonly path: string;
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  readonly #file: RandomAccessFile;
  readonly #checked = new Set<string>();

  constructor({ file }: Archive, tensors: ReadonlyMap<string, TorchTensor>) {
    this.path = file.path;
    this.#file = file;
    this.tensors = tensors;
  }

  async read(name: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new RangeError(`the checkpoint has no tensor ${name}`);
    signal?.throwIfAborted();
    const { storage, offset, shape, strides } = tensor;
    const count = countOf(shape);
    if (count === 0) return new Float32Array(0);
    const span = lastOffset(shape, strides) + 1;
    const values = toFloat32(await this.#readValues(storage, offset, span, signal), storage.dtype);
    return isRowMajor(shape, strides) ? values : gatherStrided(values, shape, strides);
  }

  async #readValues(
    { entry, dtype }: TorchStorage,
    offset: number,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const at = await entryDataAt(this.#file, entry);
    const bytes = await this.#file.read(at + offset * elementBytes[dtype], count * elementBytes[dtype]);
    if (!this.#checked.has(entry.name)) {
      const whole = bytes.length === entry.sizeBytes;
      checkCrc(this.#file, entry, whole ? crc32(bytes) : await crcOf(this.#file, at, entry, signal));
      this.#checked.add(entry.name);
    }
    return bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

const crcPieceBytes = 1 << 24;

async function crcOf(
  file: RandomAccessFile,
  at: number,
  { sizeBytes }: ZipEntry,
  signal?: AbortSignal,
): Promise<number> {
  let sum = 0;
  for (let done = 0; done < sizeBytes; done += crcPieceBytes) {
    signal?.throwIfAborted();
    sum = crc32(await file.read(at + done, Math.min(crcPieceBytes, sizeBytes - done)), sum);
  }
  return sum;
}

function checkCrc(file: RandomAccessFile, entry: ZipEntry, found: number): void {
  if (found === entry.crc32) return;
  throw checkpointDamaged(file.path, `the checksum of ${entry.name} is wrong: its bytes were altered`);
}

async function openArchive(file: RandomAccessFile): Promise<Archive> {
  const entries = await readZipDirectory(file);
  const pickles = [...entries.keys()].filter((name) => /^([^/]+\/)?data\.pkl$/.test(name));
  const [pickle] = pickles;
  if (pickle === undefined || pickles.length > 1) {
    throw checkpointUnsupported(
      file.path,
      `a zip file with ${pickles.length} entries data.pkl instead of one`,
      'Give the checkpoint itself, not an archive that it was put into',
    );
  }
  const archive = { file, entries, root: pickle.slice(0, -'data.pkl'.length) };
  await checkByteOrder(archive);
  return archive;
}

async function checkByteOrder({ file, entries, root }: Archive): Promise<void> {
  const entry = entries.get(`${root}byteorder`);
  if (entry === undefined) return;
  const order = entry.sizeBytes > 16 ? '' : new TextDecoder().decode(await readEntry(file, entry));
  if (order === 'little') return;
  throw checkpointUnsupported(
    file.path,
    `its numbers are in the byte order ${JSON.stringify(order)}`,
    'Save it again on a machine with little-endian numbers',
  );
}

async function readPickle({ file, entries, root }: Archive): Promise<Uint8Array<ArrayBuffer>> {
  const entry = entries.get(`${root}data.pkl`);
  if (entry === undefined) throw new Error('the archive was opened without its pickle');
  if (entry.sizeBytes > largestPickleBytes)
    throw checkpointDamaged(file.path, `its pickle claims ${entry.sizeBytes} bytes`);
  return readEntry(file, entry);
}

async function readEntry(file: RandomAccessFile, entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await file.read(await entryDataAt(file, entry), entry.sizeBytes);
  checkCrc(file, entry, crc32(bytes));
  return bytes;
}

const storageTypes: ReadonlyMap<string, ElementType> = new Map([
  ['torch.DoubleStorage', 'float64'],
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.ShortStorage', 'int16'],
  ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'bool'],
]);

function torchMeaning(archive: Archive): PickleMeaning {
  return {
    names: new Set(storageTypes.keys()),
    persistent: (id) => storageOf(archive, id),
    callables: new Map<string, (args: readonly PickleValue[]) => PickleValue>([
      ['collections.OrderedDict', (args) => emptyDict(archive, args)],
      ['torch._utils._rebuild_tensor_v2', (args) => tensorOf(archive, args)],
      ['torch._utils._rebuild_parameter', (args) => parameterOf(archive, args)],
      ['torch.Size', ([sizes]) => sizes ?? new PickleTuple([])],
    ]),
  };
}

function emptyDict({ file }: Archive, args: readonly PickleValue[]): PickleDict {
  if (args.length > 0) throw checkpointUnsafe(file.path, 'a dictionary made of something');
  return new PickleDict();
}

/** `('storage', type, key, location, number of values)` */
function storageOf({ file, entries, root }: Archive, id: PickleValue): TorchStorage {
  const [kind, type, key, , count] = id instanceof PickleTuple ? id.items : [];
  const dtype = type instanceof PickleGlobal ? storageTypes.get(type.name) : undefined;
  if (kind !== 'storage' || dtype === undefined || typeof key !== 'string' || !isCount(count))
    throw checkpointUnsafe(file.path, `something outside of the file (${describeValue(id)})`);
  const entry = entries.get(`${root}data/${key}`);
  if (entry === undefined) throw checkpointDamaged(file.path, `the storage data/${key} is missing`);
  if (entry.sizeBytes !== count * elementBytes[dtype]) {
    throw checkpointDamaged(
      file.path,
      `${entry.name} has ${entry.sizeBytes} bytes where ${count} values of ${dtype} should be`,
    );
  }
  return new TorchStorage(dtype, entry, count);
}

/** `(storage, offset, shape, strides, requires_grad, hooks)`; what may follow is of no concern to values. */
function tensorOf({ file }: Archive, args: readonly PickleValue[]): TorchTensor {
  const [storage, offset, size, stride] = args;
  const shape = countsOf(size);
  const strides = countsOf(stride);
  if (!(storage instanceof TorchStorage) || !isCount(offset) || shape?.length !== strides?.length)
    throw checkpointDamaged(file.path, 'it describes a tensor in a way that makes no sense');
  const tensor = new TorchTensor(storage, offset, shape ?? [], strides ?? []);
  checkInside(file, tensor);
  return tensor;
}

function checkInside(file: RandomAccessFile, { storage, offset, shape, strides }: TorchTensor): void {
  const count = countOf(shape);
  if (!Number.isSafeInteger(count)) throw checkpointDamaged(file.path, 'a tensor claims a size without end');
  if (count > 0 && offset + lastOffset(shape, strides) >= storage.count)
    throw checkpointDamaged(file.path, `a tensor reaches beyond its storage ${storage.entry.name}`);
  checkUnfolding(file, count, 'a tensor claims');
}

function checkUnfolding(file: RandomAccessFile, count: number, what: string): void {
  if (count * 4 > Math.max(largestUnfolding * file.sizeBytes, largestUnfoldedFloor))
    throw checkpointDamaged(file.path, `${what} ${count} values, many times what the file holds`);
}

function parameterOf({ file }: Archive, [data]: readonly PickleValue[]): TorchTensor {
  if (!(data instanceof TorchTensor)) throw checkpointDamaged(file.path, 'a parameter is no tensor');
  return data;
}

/** Where training scripts keep the state dict beside their own state: `model` in Meta's, `state_dict` in Lightning's. */
const stateDictKeys = ['model', 'state_dict'];

function stateDictOf({ file }: Archive, value: PickleValue): ReadonlyMap<string, TorchTensor> {
  const found = value instanceof PickleDict ? stateDictKeys.map((key) => value.entries.get(key)) : [];
  const dict = found.find((each) => each instanceof PickleDict) ?? value;
  if (!(dict instanceof PickleDict) || dict.entries.size === 0)
    throw noStateDict(file, `${describeValue(value)} instead of a dictionary of tensors`);
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of dict.entries) {
    if (typeof name !== 'string' || !(tensor instanceof TorchTensor))
      throw noStateDict(file, `its entry ${describeValue(name)} is ${describeValue(tensor)}, not a tensor`);
    tensors.set(name, tensor);
  }
  const values = [...tensors.values()].reduce((sum, { shape }) => sum + countOf(shape), 0);
  checkUnfolding(file, values, 'its tensors claim');
  return tensors;
}

function noStateDict(file: RandomAccessFile, reason: string): Error {
  return checkpointUnsupported(
    file.path,
    reason,
    'Save the state dict of the model, alone or under "model": torch.save({"model": model.state_dict()}, path)',
  );
}

function countsOf(value: PickleValue | undefined): readonly number[] | undefined {
  return value instanceof PickleTuple && value.items.every(isCount) && value.items.length <= 16
    ? (value.items as readonly number[])
    : undefined;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
