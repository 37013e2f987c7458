/**
 * Rounds to IEEE 754 half precision, ties to even. Values beyond the largest half (65504) become it, so that a weight never
 * turns into an infinity.
 *
 * @returns the bit patterns
 */
export function toHalf(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) halves[i] = halfBits(bits[i] ?? 0);
  return halves;
}

const LARGEST_HALF = 0x7bff;

function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const mantissa = bits & 0x7fffff;
  if (exponent === 143) return mantissa === 0 ? sign | LARGEST_HALF : sign | 0x7e00;
  if (exponent >= 31) return sign | LARGEST_HALF;
  if (exponent > 0) {
    const rounded = roundShift((exponent << 23) | mantissa, 13);
    return sign | Math.min(rounded, LARGEST_HALF);
  }
  if (exponent < -10) return sign;
  return sign | roundShift(mantissa | 0x800000, 14 - exponent);
}

/** Divides by 2^shift and rounds to the nearest, ties to even. */
function roundShift(value: number, shift: number): number {
  const kept = value >>> shift;
  const rest = value - kept * 2 ** shift;
  const half = 2 ** (shift - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
