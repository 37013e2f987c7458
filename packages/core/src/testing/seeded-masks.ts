import { type Bitmap, createBitmap } from '../mask/bitmap.ts';

/** Numbers in [0, 1), the same for the same seed (mulberry32). For tests and benchmarks. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface MaskRequest {
  readonly width: number;
  readonly height: number;
  readonly seed: number;
}

/** Independent pixels, each set with probability `density`. */
export function noiseMask(request: MaskRequest, density: number): Bitmap {
  const random = seededRandom(request.seed);
  return paint(request, () => random() < density);
}

/** One-pixel lines in many directions, through the borders too. */
export function lineMask(request: MaskRequest, count: number): Bitmap {
  const random = seededRandom(request.seed);
  const { width, height } = request;
  const bitmap = createBitmap(request);
  for (let line = 0; line < count; line++) {
    const from = { x: random() * width, y: random() * height };
    const to = { x: (random() * 1.4 - 0.2) * width, y: (random() * 1.4 - 0.2) * height };
    const steps = Math.ceil(Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1));
    for (let step = 0; step <= steps; step++) {
      const x = Math.floor(from.x + ((to.x - from.x) * step) / steps);
      const y = Math.floor(from.y + ((to.y - from.y) * step) / steps);
      if (x >= 0 && y >= 0 && x < width && y < height) bitmap.data[y * width + x] = 1;
    }
  }
  return bitmap;
}

/** Rings inside rings around a seeded centre, so that components lie in holes of others. */
export function ringMask(request: MaskRequest, spacingPx: number): Bitmap {
  const random = seededRandom(request.seed);
  const cx = request.width * (0.3 + 0.4 * random());
  const cy = request.height * (0.3 + 0.4 * random());
  const squareness = random();
  return paint(request, (x, y) => {
    const round = Math.hypot(x - cx, y - cy);
    const square = Math.max(Math.abs(x - cx), Math.abs(y - cy));
    return Math.floor((round + (square - round) * squareness) / spacingPx) % 2 === 0;
  });
}

/** Blobs of seeded sizes with holes in them: what models produce. `grain` is the share of pixels flipped near outlines. */
export function blobMask(request: MaskRequest, count: number, grain = 0): Bitmap {
  const random = seededRandom(request.seed);
  const { width, height } = request;
  const reach = Math.min(width, height);
  const blobs = Array.from({ length: count }, (_, index) => ({
    x: random() * width,
    y: random() * height,
    radius: reach * (0.05 + 0.25 * random()),
    weight: index % 3 === 2 ? -1.5 : 1,
  }));
  return paint(request, (x, y) => {
    let height = 0;
    for (const blob of blobs) {
      const dx = (x - blob.x) / blob.radius;
      const dy = (y - blob.y) / blob.radius;
      height += blob.weight * Math.exp(-dx * dx - dy * dy);
    }
    return height + (grain === 0 ? 0 : grain * (random() - 0.5)) > 0.5;
  });
}

function paint(size: MaskRequest, isSet: (x: number, y: number) => boolean): Bitmap {
  const bitmap = createBitmap(size);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) bitmap.data[y * size.width + x] = isSet(x, y) ? 1 : 0;
  }
  return bitmap;
}
