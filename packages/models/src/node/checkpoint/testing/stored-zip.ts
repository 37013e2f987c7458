import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { crc32 } from 'node:zlib';

export interface StoredFile {
  readonly name: string;
  /** Called when its turn has come, so that a file of gigabytes needs no more memory than its largest entry. */
  readonly bytes: () => Uint8Array;
}

export interface ZipOptions {
  /** Write sizes and offsets in the wide form even where they fit the narrow one. */
  readonly zip64?: boolean;
}

interface Written {
  readonly name: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly at: number;
}

const narrow = 0xffff_ffff;

/** Writes a zip of uncompressed entries, each beginning at a multiple of 64 bytes, as PyTorch does. */
export async function writeStoredZip(
  path: string,
  files: Iterable<StoredFile>,
  { zip64 = false }: ZipOptions = {},
): Promise<void> {
  const stream = createWriteStream(path);
  let at = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    at += bytes.length;
    if (!stream.write(bytes)) await once(stream, 'drain');
  };
  const written: Written[] = [];
  for (const file of files) {
    const bytes = file.bytes();
    const entry = { name: Buffer.from(file.name), crc: crc32(bytes), size: bytes.length, at };
    written.push(entry);
    await write(localHeader(entry));
    await write(bytes);
  }
  const directoryAt = at;
  for (const entry of written) await write(centralHeader(entry, zip64));
  await write(endRecords(written.length, directoryAt, at, zip64));
  stream.end();
  await once(stream, 'close');
}

function localHeader({ name, crc, size, at }: Written): Uint8Array {
  const padding = 63 - ((at + 30 + name.length + 4 + 63) % 64);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(size, 18);
  header.writeUInt32LE(size, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(4 + padding, 28);
  const extra = Buffer.alloc(4 + padding, 'Z');
  extra.write('FB', 0);
  extra.writeUInt16LE(padding, 2);
  return Buffer.concat([header, name, extra]);
}

function centralHeader({ name, crc, size, at }: Written, zip64: boolean): Uint8Array {
  const header = Buffer.alloc(46);
  const wideOffset = zip64 || at >= narrow;
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(zip64 ? narrow : size, 20);
  header.writeUInt32LE(zip64 ? narrow : size, 24);
  header.writeUInt16LE(name.length, 28);
  const values = [...(zip64 ? [size, size] : []), ...(wideOffset ? [at] : [])];
  const extra = Buffer.alloc(values.length === 0 ? 0 : 4 + 8 * values.length);
  if (values.length > 0) {
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8 * values.length, 2);
    for (const [i, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  }
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(wideOffset ? narrow : at, 42);
  return Buffer.concat([header, name, extra]);
}

function endRecords(count: number, directoryAt: number, endAt: number, zip64: boolean): Uint8Array {
  const size = endAt - directoryAt;
  const wide = zip64 || directoryAt >= narrow;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(wide ? 0xffff : count, 8);
  end.writeUInt16LE(wide ? 0xffff : count, 10);
  end.writeUInt32LE(wide ? narrow : size, 12);
  end.writeUInt32LE(wide ? narrow : directoryAt, 16);
  if (!wide) return end;
  const end64 = Buffer.alloc(56 + 20);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeBigUInt64LE(BigInt(count), 24);
  end64.writeBigUInt64LE(BigInt(count), 32);
  end64.writeBigUInt64LE(BigInt(size), 40);
  end64.writeBigUInt64LE(BigInt(directoryAt), 48);
  end64.writeUInt32LE(0x07064b50, 56);
  end64.writeBigUInt64LE(BigInt(endAt), 64);
  end64.writeUInt32LE(1, 72);
  return Buffer.concat([end64, end]);
}
