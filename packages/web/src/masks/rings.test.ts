import {
  type Bitmap,
  countsToString,
  createBitmap,
  encodeRle,
  maskIou,
  padSampler,
  type RecordedRle,
  type Size,
  scanLogitsInto,
  squashSampler,
  upsampleLogits,
} from '@calque/core';
import { builtinManifests, fitImage, samplerFor } from '@calque/models';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPointInRings } from './point-in-rings.ts';
import { ringsOfLogits } from './rings-of-logits.ts';
import { ringsOfMask } from './rings-of-mask.ts';
import { fillRings } from './testing/fill-rings.ts';

const examples = { seed: 20_261_124, numRuns: 120 };

function maskOf(picture: string): Bitmap {
  const rows = picture.trim().split(/\s+/);
  const bitmap = createBitmap({ width: rows[0]?.length ?? 0, height: rows.length });
  for (const [y, row] of rows.entries()) {
    for (const [x, mark] of [...row].entries()) bitmap.data[y * bitmap.width + x] = mark === '#' ? 1 : 0;
  }
  return bitmap;
}

function rleOf(bitmap: Bitmap): RecordedRle {
  return { size: [bitmap.height, bitmap.width], counts: countsToString(encodeRle(bitmap)) };
}

const masks = fc
  .record({ width: fc.integer({ min: 1, max: 23 }), height: fc.integer({ min: 1, max: 19 }) })
  .chain(({ width, height }) =>
    fc
      .array(fc.constantFrom(0, 0, 1, 1, 1), { minLength: width * height, maxLength: width * height })
      .map((pixels): Bitmap => ({ width, height, data: Uint8Array.from(pixels) })),
  );

describe('the outline of a mask', () => {
  test('runs along the edges of its pixels, around the hole as well', () => {
    const rings = ringsOfMask(
      rleOf(
        maskOf(`
          .....
          .###.
          .#.#.
          .###.`),
      ),
    );
    expect(rings.map((ring) => [...ring])).toEqual([
      [1, 1, 1, 4, 4, 4, 4, 1],
      [2, 2, 2, 3, 3, 3, 3, 2],
    ]);
  });

  test('of nothing is nothing; of everything it is the frame of the image', () => {
    expect(ringsOfMask(rleOf(createBitmap({ width: 7, height: 3 })))).toEqual([]);
    const full = { width: 7, height: 3, data: new Uint8Array(21).fill(1) };
    expect(ringsOfMask(rleOf(full)).map((ring) => [...ring])).toEqual([[0, 0, 0, 3, 7, 3, 7, 0]]);
  });

  test('encloses exactly the pixels of the mask, whatever they are', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        expect(fillRings(ringsOfMask(rleOf(mask)), mask)).toEqual(mask);
      }),
      { ...examples, numRuns: 400 },
    );
  });
});

/** Smooth hills and hollows, as a decoder's logits are; they reach over the border. */
function hills(grid: Size, seed: number): Float32Array {
  const waves = Array.from({ length: 5 }, (_, i) => ({
    across: (1 + ((seed * 7 + i * 13) % 9)) / grid.width,
    down: (1 + ((seed * 5 + i * 11) % 8)) / grid.height,
    phase: seed * 1.7 + i * 2.3,
    height: 6 / (1 + i),
  }));
  return Float32Array.from({ length: grid.width * grid.height }, (_, at) => {
    const x = at % grid.width;
    const y = Math.floor(at / grid.width);
    return waves.reduce(
      (sum, { across, down, phase, height }) =>
        sum + height * Math.sin(6.2 * (x * across + phase)) * Math.cos(6.2 * (y * down - phase)),
      0.3,
    );
  });
}

function noise(grid: Size, seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length: grid.width * grid.height }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state / 2 ** 31) * 5;
  });
}

describe('the outline of logits', () => {
  const square = { width: 64, height: 64 };
  const sides = { width: fc.integer({ min: 1, max: 260 }), height: fc.integer({ min: 1, max: 190 }) };

  test('encloses the pixels over the threshold where the family squashes the image', () => {
    fc.assert(
      fc.property(fc.record({ ...sides, seed: fc.nat(999) }), ({ width, height, seed }) => {
        const sampler = squashSampler(square, { width, height });
        expectSameMask(hills(square, seed), sampler);
      }),
      examples,
    );
  });

  test('encloses them where the family pads the image, whichever side is the long one', () => {
    fc.assert(
      fc.property(fc.record({ ...sides, seed: fc.nat(999) }), ({ width, height, seed }) => {
        const image = { width, height };
        const input = { width: 256, height: 256 };
        const { scaled } = fitImage(image, { fit: 'pad', size: input });
        expectSameMask(hills(square, seed), padSampler(square, input, scaled, image));
      }),
      examples,
    );
  });

  test('follows even noise, saddle by saddle', () => {
    const sampler = squashSampler({ width: 13, height: 11 }, { width: 150, height: 83 });
    for (let seed = 0; seed < 20; seed++) expectSameMask(noise(sampler.grid, seed), sampler);
  });

  test.each(builtinManifests.map((manifest) => [manifest.id, manifest] as const))(
    'fits the frame of %s on an image of 1800 x 1200, and stays within half a pixel of the zero level',
    (_, { input }) => {
      const image = { width: 1800, height: 1200 };
      const sampler = samplerFor(fitImage(image, input), input);
      const logits = hills(input.logits, 4);
      const expected = createBitmap(image);
      scanLogitsInto(expected, logits, sampler);
      expect(maskIou(expectSameMask(logits, sampler), expected)).toBeGreaterThan(0.999);
      expect(
        farthestFromZero(ringsOfLogits(logits, sampler), upsampleLogits(logits, sampler), image),
      ).toBeLessThan(0.5);
    },
  );

  test('closes along the border of the image, and is the frame where all is inside', () => {
    const sampler = squashSampler(square, { width: 90, height: 40 });
    const [ring, ...others] = ringsOfLogits(new Float32Array(64 * 64).fill(3), sampler);
    expect(others).toEqual([]);
    expect(bounds(ring)).toEqual({ x1: 0, y1: 0, x2: 90, y2: 40 });
    expect(ringsOfLogits(new Float32Array(64 * 64).fill(-3), sampler)).toEqual([]);
  });

  test('of a round hill is round: no step of the grid is seen in it', () => {
    const logits = Float32Array.from({ length: 64 * 64 }, (_, at) => {
      const [x, y] = [(at % 64) + 0.5, Math.floor(at / 64) + 0.5];
      return 12 ** 2 - (x - 30) ** 2 - (y - 33) ** 2;
    });
    const [ring = new Float32Array()] = ringsOfLogits(
      logits,
      squashSampler(square, { width: 640, height: 640 }),
    );
    const radii = pointsOf(ring).map(([x, y]) => Math.hypot(x - 300, y - 330));
    expect(Math.max(...radii) - Math.min(...radii)).toBeLessThan(0.4);
  });
});

test('a point is inside the rings or in the hole', () => {
  const rings = [Float32Array.of(1, 1, 9, 1, 9, 7, 1, 7), Float32Array.of(3, 3, 5, 3, 5, 5, 3, 5)];
  expect(isPointInRings({ x: 2, y: 2 }, rings)).toBe(true);
  expect(isPointInRings({ x: 4, y: 4 }, rings)).toBe(false);
  expect(isPointInRings({ x: 8.5, y: 6.5 }, rings)).toBe(true);
  expect(isPointInRings({ x: 9.5, y: 6.5 }, rings)).toBe(false);
});

/** But for pixels whose centres lie on the very line: at most one in twenty-five of those along it. */
function expectSameMask(logits: Float32Array, sampler: ReturnType<typeof squashSampler>): Bitmap {
  const expected = createBitmap(sampler.image);
  scanLogitsInto(expected, logits, sampler);
  const actual = fillRings(ringsOfLogits(logits, sampler), sampler.image);
  const differing = actual.data.reduce((sum, value, at) => sum + (value === expected.data[at] ? 0 : 1), 0);
  expect(differing).toBeLessThanOrEqual(2 + edgesOf(expected) / 25);
  return actual;
}

function edgesOf({ width, height, data }: Bitmap): number {
  let edges = 0;
  for (let at = 0; at < width * height; at++) {
    if ((at + 1) % width !== 0 && data[at] !== data[at + 1]) edges++;
    if (at + width < data.length && data[at] !== data[at + width]) edges++;
  }
  return edges;
}

/** Distance by the slope of the surface: how far each point of the rings lies from where the surface is zero. */
function farthestFromZero(
  rings: readonly Float32Array[],
  values: Float32Array,
  { width, height }: Size,
): number {
  const at = (x: number, y: number): number => {
    const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
    const [u, v] = [x - 0.5 - left, y - 0.5 - top];
    const value = (i: number, j: number): number => values[j * width + i] as number;
    return (
      (1 - v) * ((1 - u) * value(left, top) + u * value(left + 1, top)) +
      v * ((1 - u) * value(left, top + 1) + u * value(left + 1, top + 1))
    );
  };
  let farthest = 0;
  for (const [x, y] of rings.flatMap(pointsOf)) {
    if (x < 2 || y < 2 || x > width - 2 || y > height - 2) continue;
    const slope = Math.hypot(at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1)) / 2;
    farthest = Math.max(farthest, Math.abs(at(x, y)) / Math.max(slope, 1e-3));
  }
  return farthest;
}

function pointsOf(ring: Float32Array): (readonly [number, number])[] {
  return Array.from({ length: ring.length / 2 }, (_, i) => [
    ring[2 * i] as number,
    ring[2 * i + 1] as number,
  ]);
}

function bounds(ring: Float32Array | undefined): { x1: number; y1: number; x2: number; y2: number } {
  const points = pointsOf(ring ?? new Float32Array());
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) };
}
