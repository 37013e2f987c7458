import { countOf, type ElementType } from '../checkpoint.ts';
import { elementBytes } from '../element-types.ts';
import { PickleWriter } from './pickle-writer.ts';
import { type StoredFile, writeStoredZip, type ZipOptions } from './stored-zip.ts';

export interface StorageSpec {
  readonly dtype: ElementType;
  readonly count: number;
  /** Little-endian values. */
  readonly bytes: () => Uint8Array;
}

export interface TensorSpec {
  readonly name: string;
  readonly storage: StorageSpec;
  readonly shape: readonly number[];
  readonly strides?: readonly number[];
  readonly offset?: number;
}

export interface TorchFileOptions extends ZipOptions {
  /** Save `{"model": state dict}`, as SAM 2 is published, or so, instead of the state dict itself, as SAM 1 is. */
  readonly under?: string;
  readonly pickle?: Uint8Array;
  readonly byteOrder?: string;
  readonly more?: readonly StoredFile[];
}

const storageNames: Readonly<Record<ElementType, string>> = {
  float64: 'DoubleStorage',
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  int64: 'LongStorage',
  int32: 'IntStorage',
  int16: 'ShortStorage',
  int8: 'CharStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
};

/** A tensor of its own float32 storage. */
export function floatTensor(
  name: string,
  shape: readonly number[],
  values: () => Float32Array = () => new Float32Array(countOf(shape)),
): TensorSpec {
  const bytes = (): Uint8Array => {
    const array = values();
    return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  };
  return { name, shape, storage: { dtype: 'float32', count: countOf(shape), bytes } };
}

/** Writes a checkpoint in the layout of `torch.save`. Tensors with the same storage object share it in the file. */
export async function writeTorchFile(
  path: string,
  tensors: readonly TensorSpec[],
  options: TorchFileOptions = {},
): Promise<void> {
  const storages = [...new Set(tensors.map(({ storage }) => storage))];
  const pickle = options.pickle ?? pickleOf(tensors, storages, options.under);
  const text = (name: string, value: string): StoredFile => ({
    name: `micro/${name}`,
    bytes: () => Buffer.from(value),
  });
  await writeStoredZip(
    path,
    [
      { name: 'micro/data.pkl', bytes: () => pickle },
      text('byteorder', options.byteOrder ?? 'little'),
      ...storages.map(({ bytes }, key) => ({ name: `micro/data/${key}`, bytes })),
      text('version', '3\n'),
      ...(options.more ?? []),
    ],
    options,
  );
}

function pickleOf(
  tensors: readonly TensorSpec[],
  storages: readonly StorageSpec[],
  under: string | undefined,
): Uint8Array {
  const writer = new PickleWriter();
  if (under !== undefined) writer.op('}').text(under);
  writer.global('collections', 'OrderedDict').op(')').op('R').op('(');
  for (const tensor of tensors) {
    writer.text(tensor.name);
    putTensor(writer, tensor, storages.indexOf(tensor.storage));
  }
  writer.op('u');
  if (under !== undefined) writer.op('s');
  return writer.finish();
}

function putTensor(writer: PickleWriter, { storage, shape, strides, offset }: TensorSpec, key: number): void {
  writer.global('torch._utils', '_rebuild_tensor_v2').op('(').op('(').text('storage');
  writer.global('torch', storageNames[storage.dtype]).text(String(key)).text('cpu').int(storage.count);
  writer
    .op('t')
    .op('Q')
    .int(offset ?? 0)
    .ints(shape)
    .ints(strides ?? rowMajor(shape))
    .op('\x89');
  writer.global('collections', 'OrderedDict').op(')').op('R').op('t').op('R');
}

function rowMajor(shape: readonly number[]): readonly number[] {
  return shape.map((_, axis) => countOf(shape.slice(axis + 1)));
}

/** Values of one type as the bytes of a storage. */
export function storageOf(dtype: ElementType, bytes: Uint8Array): StorageSpec {
  return { dtype, count: bytes.length / elementBytes[dtype], bytes: () => bytes };
}
