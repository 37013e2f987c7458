import { inflateSync } from 'node:zlib';
import { MAX_PIXELS } from '../images/picture-settings.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** What the values of a picture follow from. Texts and profiles, which are packed too, are left aside. */
const KEPT = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']);
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * A PNG that unfolds to no more than its own header states, and to no more pixels than an image may have. The library that
 * reads the values unpacks whatever is there, and a few kilobytes can be made to unfold to gigabytes.
 * Throws an Error that says what is wrong. Source: PNG, third edition, sections 5 and 11.
 */
export function boundedPng(bytes: Uint8Array): Uint8Array {
  const chunks = chunksOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const header = chunks.find(({ type }) => type === 'IHDR')?.whole;
  if (header === undefined || header.length < 25) throw new Error('it is no PNG');
  const [width, height, depth, color] = [
    header.readUInt32BE(8),
    header.readUInt32BE(12),
    header.readUInt8(16),
    header.readUInt8(17),
  ];
  if (width * height > MAX_PIXELS) throw new Error(`it has ${width} x ${height} pixels`);
  // Interlaced rows are begun seven times, each with a byte of their own.
  const rowBytes = Math.ceil((width * depth * (CHANNELS[color] ?? 4)) / 8);
  const most = 2 * height * (rowBytes + 8) + 1024;
  const packed = chunks.filter(({ type }) => type === 'IDAT').map(({ whole }) => whole.subarray(8, -4));
  inflateSync(Buffer.concat(packed), { maxOutputLength: most });
  return Buffer.concat([SIGNATURE, ...chunks.map(({ whole }) => whole)]);
}

interface Chunk {
  readonly type: string;
  /** With length, type and checksum. */
  readonly whole: Buffer;
}

function chunksOf(bytes: Buffer): Chunk[] {
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) throw new Error('it is no PNG');
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error('it is cut');
    if (KEPT.has(type)) chunks.push({ type, whole: bytes.subarray(at, end) });
    if (type === 'IEND') break;
    at = end;
  }
  return chunks;
}
