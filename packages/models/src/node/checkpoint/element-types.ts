import type { ElementType } from './checkpoint.ts';

export const elementBytes: Readonly<Record<ElementType, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/**
 * Little-endian values of a type as float32. Integers and doubles are rounded to the nearest float32.
 *
 * @param bytes a whole number of values; begins at the start of its buffer, which float32 values keep using
 */
export function toFloat32(bytes: Uint8Array<ArrayBuffer>, dtype: ElementType): Float32Array<ArrayBuffer> {
  const { buffer } = bytes;
  const count = bytes.length / elementBytes[dtype];
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer, 0, count);
    case 'float64':
      return Float32Array.from(new Float64Array(buffer, 0, count));
    case 'float16':
      return widenHalf(new Uint16Array(buffer, 0, count));
    case 'bfloat16':
      return widenBrain(new Uint16Array(buffer, 0, count));
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer, 0, count), Number);
    case 'int32':
      return Float32Array.from(new Int32Array(buffer, 0, count));
    case 'int16':
      return Float32Array.from(new Int16Array(buffer, 0, count));
    case 'int8':
      return Float32Array.from(new Int8Array(buffer, 0, count));
    case 'uint8':
    case 'bool':
      return Float32Array.from(bytes);
  }
}

/** bfloat16 is the upper half of a float32. */
function widenBrain(halves: Uint16Array): Float32Array<ArrayBuffer> {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = (halves[i] ?? 0) << 16;
  return new Float32Array(words.buffer);
}

function widenHalf(halves: Uint16Array): Float32Array<ArrayBuffer> {
  halfTable ??= Float32Array.from({ length: 65_536 }, (_, bits) => halfValue(bits));
  const table = halfTable;
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i] ?? 0] ?? Number.NaN;
  return values;
}

let halfTable: Float32Array | undefined;

/** IEEE 754 binary16: sign, 5 bits of exponent with a bias of 15, 10 bits of fraction. */
function halfValue(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
