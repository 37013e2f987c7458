import { crc32 } from 'node:zlib';
import type { NamedTensors, Tensor } from '@calque/models';

/**
 * One embedding as bytes. Layout, little-endian: the magic `CLQEMBED` (8 bytes), format version (uint32), length of
 * the header (uint32), header (JSON, UTF-8, padded with spaces to a multiple of 8), the tensors' float32 values one after the other, CRC-32
 * of everything before it (uint32).
 */
export const EMBEDDING_FORMAT_VERSION = 1;

const MAGIC = 'CLQEMBED';
const PREFIX_BYTES = 16;
const CHECKSUM_BYTES = 4;

interface Header {
  readonly key: string;
  readonly tensors: readonly { readonly name: string; readonly dims: readonly number[] }[];
}

/**
 * @param scratch memory to pack into where it is large enough: fresh memory costs more than all the rest.
 * @returns a new array, or a view of `scratch`.
 */
export function packEmbedding(key: string, tensors: NamedTensors, scratch?: Uint8Array): Uint8Array {
  const header: Header = {
    key,
    tensors: Object.entries(tensors).map(([name, { dims }]) => ({ name, dims: [...dims] })),
  };
  const json = Buffer.from(padToEight(JSON.stringify(header)), 'utf8');
  const valueBytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
  const length = PREFIX_BYTES + json.length + valueBytes + CHECKSUM_BYTES;
  // Every byte is written below.
  const bytes =
    scratch === undefined || scratch.byteLength < length
      ? Buffer.allocUnsafeSlow(length)
      : Buffer.from(scratch.buffer, scratch.byteOffset, length);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(EMBEDDING_FORMAT_VERSION, 8);
  bytes.writeUInt32LE(json.length, 12);
  json.copy(bytes, PREFIX_BYTES);
  let at = PREFIX_BYTES + json.length;
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, at)), at);
  return bytes;
}

/**
 * @returns the tensors, which share memory with `bytes` where alignment allows; null where the bytes are not an
 *   undamaged embedding of this key and version.
 */
export function unpackEmbedding(key: string, bytes: Uint8Array): NamedTensors | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length - CHECKSUM_BYTES;
  const whole = end >= PREFIX_BYTES && buffer.readUInt32LE(end) === crc32(buffer.subarray(0, end));
  return whole ? unpackFreshEmbedding(key, bytes) : null;
}

/** {@link unpackEmbedding} for bytes that were packed a moment ago: the checksum, most of the work, is not computed. */
export function unpackFreshEmbedding(key: string, bytes: Uint8Array): NamedTensors | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.length - CHECKSUM_BYTES;
  if (end < PREFIX_BYTES || buffer.toString('latin1', 0, 8) !== MAGIC) return null;
  if (buffer.readUInt32LE(8) !== EMBEDDING_FORMAT_VERSION) return null;
  const valuesAt = PREFIX_BYTES + buffer.readUInt32LE(12);
  // What was written is what is read: the header is ours.
  const header = JSON.parse(buffer.toString('utf8', PREFIX_BYTES, valuesAt)) as Header;
  const valueBytes = header.tensors.reduce((sum, { dims }) => sum + 4 * countOf(dims), 0);
  // A file that was cut while it was read.
  if (valuesAt + valueBytes !== end) return null;
  return header.key === key ? readTensors(header, buffer, valuesAt) : null;
}

function readTensors(header: Header, buffer: Buffer, valuesAt: number): NamedTensors {
  const tensors: Record<string, Tensor> = {};
  let at = valuesAt;
  for (const { name, dims } of header.tensors) {
    const length = countOf(dims);
    tensors[name] = { dims, data: floatsAt(buffer, at, length) };
    at += length * 4;
  }
  return tensors;
}

function countOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

function floatsAt(buffer: Buffer, at: number, length: number): Float32Array {
  const offset = buffer.byteOffset + at;
  if (offset % 4 === 0) return new Float32Array(buffer.buffer, offset, length);
  return new Float32Array(buffer.buffer.slice(offset, offset + length * 4));
}

function padToEight(json: string): string {
  const length = Buffer.byteLength(json, 'utf8');
  return json + ' '.repeat((8 - (length % 8)) % 8);
}
