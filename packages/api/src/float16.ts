/**
 * Half-precision numbers as they travel: base64 of little-endian IEEE 754 binary16, in the order of the array.
 * Rounds to nearest even; what is beyond 65504 becomes infinite. Logits lie within a few dozen, where a step is 2^-6 or less.
 */
export function float16FromFloat32(values: Float32Array): string {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) halves[i] = halfOf(words[i] as number);
  return base64Of(new Uint8Array(halves.buffer));
}

/** The inverse: exact, since every half is a single. A new array. */
export function float32FromFloat16(text: string): Float32Array {
  const bytes = bytesOf(text);
  const halves = new Uint16Array(bytes.buffer, 0, bytes.length >> 1);
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = singleOf(halves[i] as number);
  return values;
}

/** @param word the bits of a single. */
function halfOf(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 0xff) - 112;
  const mantissa = word & 0x7fffff;
  // Rounded to nearest even; what is carried over goes into the exponent, and from the greatest one to infinity.
  if (exponent > 0 && exponent < 31) {
    const value = (exponent << 23) | mantissa;
    return sign | ((value + 0xfff + ((value >>> 13) & 1)) >>> 13);
  }
  if (exponent >= 31) return sign | 0x7c00 | (exponent === 143 && mantissa !== 0 ? 0x200 : 0);
  return sign | subnormalOf(mantissa | 0x800000, exponent);
}

function subnormalOf(mantissa: number, exponent: number): number {
  return exponent < -10 ? 0 : roundedShift(mantissa, 14 - exponent);
}

function roundedShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}

function singleOf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

const DIGITS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;

/** As `btoa` of the bytes, without a string of a sign a byte in between: logits come with every click. */
function base64Of(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PADDING);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const left = bytes.length - from;
    const word =
      ((bytes[from] as number) << 16) |
      (left > 1 ? (bytes[from + 1] as number) << 8 : 0) |
      (left > 2 ? (bytes[from + 2] as number) : 0);
    text[to] = DIGITS[word >>> 18] as number;
    text[to + 1] = DIGITS[(word >>> 12) & 63] as number;
    if (left > 1) text[to + 2] = DIGITS[(word >>> 6) & 63] as number;
    if (left > 2) text[to + 3] = DIGITS[word & 63] as number;
  }
  return new TextDecoder().decode(text);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const decoded = atob(text);
  const bytes = new Uint8Array(decoded.length);
  for (let i = 0; i < decoded.length; i++) bytes[i] = decoded.charCodeAt(i);
  return bytes;
}
