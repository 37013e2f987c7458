/** Noise from integer hashes: the same numbers on every machine. */

/** Uniform in [0, 1) for three integers. */
export function hash(ix: number, iy: number, iz: number): number {
  let h = Math.imul(ix, 0x27d4eb2d) ^ Math.imul(iy, 0x165667b1) ^ Math.imul(iz, 0x1b873593);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 4294967296;
}

/** Smooth noise in [0, 1] with features about one unit wide. */
export function noise(x: number, y: number, z: number): number {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const iz = Math.floor(z);
  const fx = ease(x - ix);
  const fy = ease(y - iy);
  const fz = ease(z - iz);
  const near = plane(ix, iy, iz, fx, fy);
  return near + (plane(ix, iy, iz + 1, fx, fy) - near) * fz;
}

/** Sum of noises of halving size, in [0, 1]. */
export function layeredNoise(x: number, y: number, z: number, layers: number): number {
  let sum = 0;
  let weight = 0.5;
  let scale = 1;
  for (let layer = 0; layer < layers; layer++) {
    sum += weight * noise(x * scale + layer * 17.3, y * scale, z * scale);
    weight /= 2;
    scale *= 2;
  }
  return sum / (1 - 2 * weight);
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function step(from: number, to: number, value: number): number {
  return ease(Math.min(1, Math.max(0, (value - from) / (to - from))));
}

function plane(ix: number, iy: number, iz: number, fx: number, fy: number): number {
  const top = hash(ix, iy, iz) * (1 - fx) + hash(ix + 1, iy, iz) * fx;
  const bottom = hash(ix, iy + 1, iz) * (1 - fx) + hash(ix + 1, iy + 1, iz) * fx;
  return top + (bottom - top) * fy;
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}
