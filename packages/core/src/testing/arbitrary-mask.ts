import fc from 'fast-check';
import type { Bitmap } from '../mask/bitmap.ts';

/** Small masks of all shapes, 1 x N and N x 1 among them, sparse and dense. For property tests. */
export function arbitraryMask(maxSide = 23): fc.Arbitrary<Bitmap> {
  const side = fc.integer({ min: 1, max: maxSide });
  return fc.tuple(side, side, fc.constantFrom(0.1, 0.4, 0.6, 0.95)).chain(([width, height, density]) =>
    fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), {
        minLength: width * height,
        maxLength: width * height,
      })
      .map((values) => ({
        width,
        height,
        data: Uint8Array.from(values, (value) => (value < density ? 1 : 0)),
      })),
  );
}
