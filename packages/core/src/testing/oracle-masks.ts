import type { Bitmap } from '../mask/bitmap.ts';
import { createBitmap } from '../mask/bitmap.ts';
import { blobMask, lineMask, noiseMask, ringMask, seededRandom } from './seeded-masks.ts';

export interface OracleMask {
  readonly name: string;
  readonly mask: Bitmap;
}

const DENSITIES = [0.02, 0.1, 0.25, 0.4, 0.5, 0.6, 0.75, 0.9, 0.98] as const;

/** Thousands of masks of every kind that has ever made two implementations disagree; the same ones on every run. */
export function* oracleMasks(): Generator<OracleMask> {
  for (let seed = 0; seed < 400; seed++) {
    const random = seededRandom(seed);
    const size = { width: 1 + Math.floor(random() * 61), height: 1 + Math.floor(random() * 47), seed };
    const density = DENSITIES[seed % DENSITIES.length] as number;
    yield named(`noise ${density}`, size, noiseMask(size, density));
    yield named('one-pixel lines', size, lineMask(size, 1 + (seed % 9)));
    yield named('nested rings', size, ringMask(size, 1 + (seed % 4)));
    yield named('blobs', size, blobMask(size, 3 + (seed % 9), (seed % 3) * 0.2));
    yield named('diagonal touches', size, diagonalMask(size, 2 + (seed % 5)));
    yield named('frame', size, frameMask(size, seed % 5));
    yield named('row', size, noiseMask({ ...size, height: 1 }, density));
    yield named('column', size, noiseMask({ ...size, width: 1 }, density));
    if (seed % 10 === 0) {
      yield named('empty', size, createBitmap(size));
      yield named('full', size, noiseMask(size, 2));
    }
  }
  for (let seed = 0; seed < 4; seed++) {
    const size = { width: 613, height: 409, seed };
    yield named('large blobs', size, blobMask(size, 11, 0.1 * seed));
    yield named('large noise', size, noiseMask(size, 0.3 + 0.15 * seed));
    yield named('large rings', size, ringMask(size, 2 + seed));
  }
}

function named(kind: string, { seed }: { readonly seed: number }, mask: Bitmap): OracleMask {
  return { name: `${kind}, ${mask.width} x ${mask.height}, seed ${seed}`, mask };
}

/** Squares of a chessboard, each of which touches its neighbours at a corner, some of them missing. */
function diagonalMask(size: { width: number; height: number; seed: number }, sidePx: number): Bitmap {
  const present = noiseMask(size, 0.8);
  const data = present.data.map((_, i) => {
    const column = Math.floor((i % size.width) / sidePx);
    const row = Math.floor(i / size.width / sidePx);
    return (column + row) % 2 === 0 ? (present.data[row * size.width + column] as number) : 0;
  });
  return { ...present, data };
}

/** Everything but the middle: set along the whole border of the image, `marginPx` away from it or on it. */
function frameMask(size: { width: number; height: number; seed: number }, marginPx: number): Bitmap {
  const middle = noiseMask(size, 0.5);
  const data = middle.data.map((value, i) => {
    const [x, y] = [i % size.width, Math.floor(i / size.width)];
    const distance = Math.min(x, y, size.width - 1 - x, size.height - 1 - y);
    return distance < marginPx ? 0 : distance <= marginPx + 1 ? 1 : value;
  });
  return { ...middle, data };
}
