import { base64OfBytes, bytesOfBase64 } from './base64.ts';

/**
 * Half-precision numbers as they travel: base64 of little-endian IEEE 754 binary16, in the order of the array.
 * Rounds to nearest even; what is beyond 65504 becomes infinite. Logits lie within a few dozen, where a step is 2^-6 or less.
 */
export function float16FromFloat32(values: Float32Array): string {
  return base64OfBytes(float16Bytes(values));
}

/** The same without base64, for answers that are bytes. */
export function float16Bytes(values: Float32Array): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i++) halves[i] = halfOf(words[i] as number);
  return new Uint8Array(halves.buffer);
}

/** The inverse of {@link float16FromFloat32}: exact, since every half is a single. A new array. */
export function float32FromFloat16(text: string): Float32Array {
  return float32FromFloat16Bytes(bytesOfBase64(text).buffer);
}

/** Newer than the types of the language say: where it is missing, the bits are taken apart here. */
const { Float16Array: Halves } = globalThis as {
  Float16Array?: new (bytes: ArrayBuffer) => ArrayLike<number>;
};

/** The inverse of {@link float16Bytes}. A new array. */
export function float32FromFloat16Bytes(bytes: ArrayBuffer): Float32Array {
  if (Halves !== undefined) return new Float32Array(new Halves(bytes));
  const halves = new Uint16Array(bytes);
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
