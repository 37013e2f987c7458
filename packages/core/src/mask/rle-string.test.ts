import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryMask } from '../testing/arbitrary-mask.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { encodeRle } from './rle.ts';
import { countsFromString, countsToString } from './rle-string.ts';

/** The format written down as it is defined, on integers of any length: independent of the code under test. */
function plainString(counts: readonly number[]): string {
  let text = '';
  counts.forEach((count, i) => {
    let rest = BigInt(count) - (i > 2 ? BigInt(counts[i - 2] as number) : 0n);
    for (let more = true; more; ) {
      let bits = rest & 31n;
      rest >>= 5n;
      more = (bits & 16n) === 0n ? rest !== 0n : rest !== -1n;
      if (more) bits |= 32n;
      text += String.fromCharCode(Number(bits) + 48);
    }
  });
  return text;
}

function stringOf(width: number, height: number, counts: readonly number[]): string {
  return countsToString({ size: { width, height }, counts: Uint32Array.from(counts) });
}

describe('compressed counts', () => {
  test.each([
    // Worked out by hand from the definition: five bits a character, lowest first, +32 where more follow, from '0'.
    ['an empty mask of 9 pixels', 3, 3, [9], '9'],
    ['a count of 15, the last of one character', 5, 3, [15], '?'],
    ['a count of 16, the first of two', 4, 4, [16], '`0'],
    ['a full mask of 25 pixels', 5, 5, [0, 25], '0i0'],
    ['a difference of 3 and one of -36 from the fourth count on', 9, 9, [6, 1, 40, 4, 4], '61X13lN'],
  ])('of %s', (_, width, height, counts, expected) => {
    expect(stringOf(width, height, counts)).toBe(expected);
    expect(stringOf(width, height, counts)).toBe(plainString(counts));
  });

  test('equal the definition for counts up to 32 bits', () => {
    const count = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
    assertProperty(
      fc.property(fc.array(count, { minLength: 1, maxLength: 30 }), (counts) => {
        expect(stringOf(1, 1, counts)).toBe(plainString(counts));
      }),
    );
  });

  test('are read back to the same counts', () => {
    assertProperty(
      fc.property(arbitraryMask(), (mask) => {
        const rle = encodeRle(mask);
        expect(countsFromString(countsToString(rle), rle.size)).toEqual(rle);
      }),
    );
  });

  test('are written for masks of hundreds of thousands of runs', () => {
    const counts = new Uint32Array(300_000).fill(1);
    const rle = { size: { width: 1000, height: 300 }, counts };
    expect(countsFromString(countsToString(rle), rle.size).counts.join()).toBe(counts.join());
  });
});

describe('malformed compressed counts', () => {
  test.each([
    ['nothing at all', '', 'add up to 0'],
    ['a count that is cut off', '3Q', 'cut off'],
    ['a character below the alphabet', '3 ', 'character 2, " ", is not from 0 to o'],
    ['a character above it', '3p', 'character 2, "p"'],
    ['a character beyond ASCII', '3é', 'character 2, "é"'],
    ['a count that goes on for ever', `3${'P'.repeat(50)}0`, 'too long'],
    ['a negative count', '3N', 'count 2 is -2'],
    ['a count beyond the mask', '`2', 'count 1 is 80'],
    ['too few pixels', '32', 'add up to 5, not to 4 x 3'],
    ['too many pixels', '3::', 'add up to 23, not to 4 x 3'],
  ])('with %s are refused', (_, text, reason) => {
    const read = () => countsFromString(text, { width: 4, height: 3 });
    expect(read).toThrow(
      expect.objectContaining({ code: 'rle-malformed', message: expect.stringContaining(reason) }),
    );
  });

  test('are refused whatever the text is, never with another error', () => {
    const character = fc.integer({ min: 40, max: 120 }).map((code) => String.fromCharCode(code));
    assertProperty(
      fc.property(fc.array(character, { maxLength: 40 }), (characters) => {
        try {
          const { counts } = countsFromString(characters.join(''), { width: 7, height: 5 });
          expect(counts.reduce((a, b) => a + b, 0)).toBe(35);
        } catch (error) {
          expect(error).toMatchObject({ code: 'rle-malformed' });
        }
      }),
      500,
    );
  });

  test('for a size that no mask has are refused', () => {
    expect(() => countsFromString('0', { width: 1e6, height: 1e6 })).toThrow(
      expect.objectContaining({ code: 'mask-size-invalid' }),
    );
  });
});
