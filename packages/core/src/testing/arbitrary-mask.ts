import fc from 'fast-check';
import type { Bitmap } from '../mask/bitmap.ts';
import { noiseMask } from './seeded-masks.ts';

/** Small masks of all shapes, 1 x N and N x 1 among them, sparse and dense. For property tests. */
export function arbitraryMask(maxSide = 23): fc.Arbitrary<Bitmap> {
  const side = fc.integer({ min: 1, max: maxSide });
  const density = fc.constantFrom(0.1, 0.4, 0.6, 0.95);
  return fc
    .record({ width: side, height: side, seed: fc.nat(), density })
    .map((request) => noiseMask(request, request.density));
}
