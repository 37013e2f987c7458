import { rleMalformed } from '../errors.ts';
import type { Size } from '../geometry/size.ts';
import { checkMaskSize } from './bitmap.ts';
import { checkRle, type Rle } from './rle.ts';

/** Characters are the six-bit values 0 to 63 counted from '0'. */
const FIRST_CHARACTER = 48;
/** 35 bits hold every difference of two 32-bit counts. */
export const MAX_CHARACTERS_PER_COUNT = 7;

/**
 * The counts as COCO's compressed string: each count from the fourth on as its difference to the one two before, in
 * groups of five bits, lowest first, the sixth bit saying that more follow. Source: pycocotools `rleToString`, to
 * which it is equal byte for byte.
 */
export function countsToString({ counts }: Rle): string {
  const characters = new Uint8Array(counts.length * MAX_CHARACTERS_PER_COUNT);
  let length = 0;
  for (let i = 0; i < counts.length; i++) {
    let rest = (counts[i] as number) - (i > 2 ? (counts[i - 2] as number) : 0);
    let more = true;
    while (more) {
      const bits = rest & 31;
      // Not a shift: a difference can need 33 bits.
      rest = Math.floor(rest / 32);
      more = (bits & 16) === 0 ? rest !== 0 : rest !== -1;
      characters[length++] = FIRST_CHARACTER + (more ? bits | 32 : bits);
    }
  }
  return asciiText(characters.subarray(0, length));
}

/**
 * The inverse of {@link countsToString}, equal to pycocotools `rleFrString`, for a mask of `size`. A new object.
 *
 * The text is not trusted: memory stays proportional to its length, and anything that is not a mask of exactly this
 * size throws `rle-malformed` (or `mask-size-invalid`).
 */
export function countsFromString(text: string, size: Size): Rle {
  checkMaskSize(size);
  const counts = new Uint32Array(text.length);
  const totalPx = size.width * size.height;
  let length = 0;
  for (let at = 0; at < text.length; ) {
    const { value, next } = readSigned(text, at);
    const count = value + (length > 2 ? (counts[length - 2] as number) : 0);
    if (count < 0 || count > totalPx) throw rleMalformed(`count ${length + 1} is ${count}`);
    counts[length++] = count;
    at = next;
  }
  const rle = { size: { width: size.width, height: size.height }, counts: counts.slice(0, length) };
  checkRle(rle);
  return rle;
}

function readSigned(text: string, start: number): { value: number; next: number } {
  let value = 0;
  let weight = 1;
  for (let at = start; at < text.length; at++) {
    const bits = text.charCodeAt(at) - FIRST_CHARACTER;
    if (bits < 0 || bits > 63) {
      throw rleMalformed(`character ${at + 1}, ${JSON.stringify(text[at])}, is not from 0 to o`);
    }
    if (at - start >= MAX_CHARACTERS_PER_COUNT) {
      throw rleMalformed(`the count at character ${start + 1} is too long`);
    }
    value += (bits & 31) * weight;
    weight *= 32;
    if ((bits & 32) === 0) return { value: (bits & 16) === 0 ? value : value - weight, next: at + 1 };
  }
  throw rleMalformed('the last count is cut off');
}

function asciiText(characters: Uint8Array): string {
  const parts: string[] = [];
  // Pieces, since every character becomes an argument of the call.
  for (let i = 0; i < characters.length; i += 8192) {
    parts.push(String.fromCharCode(...characters.subarray(i, i + 8192)));
  }
  return parts.join('');
}
