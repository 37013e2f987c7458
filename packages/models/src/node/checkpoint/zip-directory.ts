import { checkpointDamaged, checkpointUnsupported } from '../../errors.ts';
import type { RandomAccessFile } from './random-access-file.ts';

/** An entry that is stored as it is. */
export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly crc32: number;
  readonly headerAt: number;
}

const signature = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};
const endBytes = 22;
const locator64Bytes = 20;
const end64Bytes = 56;
const localBytes = 30;
const longestComment = 65_535;
/** A hundred times what the largest checkpoint needs. */
const largestDirectoryBytes = 64 * 1024 * 1024;

/**
 * The directory of a zip file whose entries are all stored uncompressed, as PyTorch writes them; nothing can unfold, so
 * nothing can grow. Source: APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3 (zip64).
 */
export async function readZipDirectory(file: RandomAccessFile): Promise<ReadonlyMap<string, ZipEntry>> {
  const { count, sizeBytes, at } = await findDirectory(file);
  if (at + sizeBytes > file.sizeBytes) {
    throw checkpointDamaged(file.path, 'its directory lies beyond its end, as in a file that was cut');
  }
  if (sizeBytes > largestDirectoryBytes) {
    throw checkpointDamaged(file.path, `its directory claims ${sizeBytes} bytes`);
  }
  return parseDirectory(file, await file.read(at, sizeBytes), count, at);
}

/** Where the bytes of an entry begin: its own header says how long it is. */
export async function entryDataAt(file: RandomAccessFile, entry: ZipEntry): Promise<number> {
  const header = viewOf(await file.read(entry.headerAt, localBytes));
  if (header.getUint32(0, true) !== signature.local) {
    throw checkpointDamaged(file.path, `there is no entry ${entry.name} where its directory says`);
  }
  const dataAt = entry.headerAt + localBytes + header.getUint16(26, true) + header.getUint16(28, true);
  if (dataAt + entry.sizeBytes > file.sizeBytes) {
    throw checkpointDamaged(
      file.path,
      `${entry.name} claims ${entry.sizeBytes} bytes, beyond the end of the file`,
    );
  }
  return dataAt;
}

interface DirectoryPlace {
  readonly count: number;
  readonly sizeBytes: number;
  readonly at: number;
}

async function findDirectory(file: RandomAccessFile): Promise<DirectoryPlace> {
  const tailBytes = Math.min(file.sizeBytes, endBytes + longestComment);
  const tailAt = file.sizeBytes - tailBytes;
  const tail = viewOf(await file.read(tailAt, tailBytes));
  for (let at = tailBytes - endBytes; at >= 0; at--) {
    if (tail.getUint32(at, true) !== signature.end) continue;
    if (at + endBytes + tail.getUint16(at + 20, true) !== tailBytes) continue;
    const place = {
      count: tail.getUint16(at + 10, true),
      sizeBytes: tail.getUint32(at + 12, true),
      at: tail.getUint32(at + 16, true),
    };
    return (await findDirectory64(file, tailAt + at)) ?? place;
  }
  throw checkpointDamaged(file.path, 'it has no zip directory at its end, as in a file that was cut');
}

/** What replaces the numbers of the end record when they do not fit there; undefined where there is nothing. */
async function findDirectory64(file: RandomAccessFile, endAt: number): Promise<DirectoryPlace | undefined> {
  if (endAt < locator64Bytes) return undefined;
  const locator = viewOf(await file.read(endAt - locator64Bytes, locator64Bytes));
  if (locator.getUint32(0, true) !== signature.locator64) return undefined;
  const at = uint64(locator, 8, file);
  const end = viewOf(await file.read(at, end64Bytes));
  if (end.getUint32(0, true) !== signature.end64) {
    throw checkpointDamaged(file.path, 'its zip64 directory is not where its locator says');
  }
  return { count: uint64(end, 32, file), sizeBytes: uint64(end, 40, file), at: uint64(end, 48, file) };
}

function parseDirectory(
  file: RandomAccessFile,
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
  directoryAt: number,
): ReadonlyMap<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    const { entry, length } = parseEntry(file, bytes, at);
    if (entries.has(entry.name)) throw checkpointDamaged(file.path, `it holds ${entry.name} twice`);
    if (entry.headerAt + localBytes + entry.sizeBytes > directoryAt) {
      throw checkpointDamaged(
        file.path,
        `${entry.name} claims ${entry.sizeBytes} bytes, more than the file has`,
      );
    }
    entries.set(entry.name, entry);
    at += length;
  }
  if (at !== bytes.length) throw checkpointDamaged(file.path, 'its directory is longer than its entries');
  return entries;
}

const centralBytes = 46;

function parseEntry(
  file: RandomAccessFile,
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
): { readonly entry: ZipEntry; readonly length: number } {
  if (at + centralBytes > bytes.length) throw checkpointDamaged(file.path, 'its directory is cut');
  const view = viewOf(bytes.subarray(at));
  if (view.getUint32(0, true) !== signature.central)
    throw checkpointDamaged(file.path, 'its directory is not one');
  const nameBytes = view.getUint16(28, true);
  const extraBytes = view.getUint16(30, true);
  const length = centralBytes + nameBytes + extraBytes + view.getUint16(32, true);
  if (at + length > bytes.length) throw checkpointDamaged(file.path, 'its directory is cut');
  const nameAt = at + centralBytes;
  const name = new TextDecoder().decode(bytes.subarray(nameAt, nameAt + nameBytes));
  checkStored(file, name, view);
  const extra = viewOf(bytes.subarray(nameAt + nameBytes, nameAt + nameBytes + extraBytes));
  const [sizeBytes, packedBytes, headerAt] = widened(file, name, extra, [
    view.getUint32(24, true),
    view.getUint32(20, true),
    view.getUint32(42, true),
  ]);
  if (sizeBytes !== packedBytes) {
    throw checkpointDamaged(
      file.path,
      `${name} claims to be stored and yet to unfold from ${packedBytes} bytes`,
    );
  }
  return { entry: { name, sizeBytes, crc32: view.getUint32(16, true), headerAt }, length };
}

function checkStored(file: RandomAccessFile, name: string, view: DataView): void {
  if ((view.getUint16(8, true) & 1) !== 0) throw checkpointDamaged(file.path, `${name} is encrypted`);
  const method = view.getUint16(10, true);
  if (method === 0) return;
  throw checkpointUnsupported(
    file.path,
    `its entry ${name} is compressed (method ${method}); PyTorch stores entries as they are`,
    'Save it again with torch.save',
  );
}

const widerThan32 = 0xffff_ffff;

/** Size, packed size and offset; those that do not fit into 32 bits stand in the zip64 field, in this order. */
function widened(
  file: RandomAccessFile,
  name: string,
  extra: DataView,
  values: readonly [number, number, number],
): readonly [number, number, number] {
  if (!values.includes(widerThan32)) return values;
  const field = zip64Field(extra);
  let at = 0;
  const wide = values.map((value) => {
    if (value !== widerThan32) return value;
    if (field === undefined || at + 8 > field.byteLength)
      throw checkpointDamaged(file.path, `the entry ${name} does not say its size`);
    at += 8;
    return uint64(field, at - 8, file);
  });
  return [wide[0] ?? 0, wide[1] ?? 0, wide[2] ?? 0];
}

function zip64Field(extra: DataView): DataView | undefined {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const length = extra.getUint16(at + 2, true);
    if (at + 4 + length > extra.byteLength) return undefined;
    if (extra.getUint16(at, true) === 1) return new DataView(extra.buffer, extra.byteOffset + at + 4, length);
    at += 4 + length;
  }
  return undefined;
}

function uint64(view: DataView, at: number, file: RandomAccessFile): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw checkpointDamaged(file.path, `it claims a size of ${value} bytes`);
  return Number(value);
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
