import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Size } from '../geometry/size.ts';
import { createBitmap } from '../mask/bitmap.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { type LogitsSampler, padSampler, squashSampler } from './logits-sampler.ts';
import { scanLogitsInto, upsampleLogits } from './scan-logits.ts';

/** One stage of bilinear interpolation, written from the definition, edges repeated. */
function interpolate(source: Float32Array, from: Size, to: Size): Float32Array {
  const result = new Float32Array(to.width * to.height);
  const at = (x: number, y: number): number => source[y * from.width + x] ?? Number.NaN;
  for (let y = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      const sx = Math.max(0, ((x + 0.5) * from.width) / to.width - 0.5);
      const sy = Math.max(0, ((y + 0.5) * from.height) / to.height - 0.5);
      const x0 = Math.min(Math.floor(sx), from.width - 1);
      const y0 = Math.min(Math.floor(sy), from.height - 1);
      const x1 = Math.min(x0 + 1, from.width - 1);
      const y1 = Math.min(y0 + 1, from.height - 1);
      const fx = sx - x0;
      const fy = sy - y0;
      result[y * to.width + x] =
        (1 - fy) * ((1 - fx) * at(x0, y0) + fx * at(x1, y0)) + fy * ((1 - fx) * at(x0, y1) + fx * at(x1, y1));
    }
  }
  return result;
}

function crop(source: Float32Array, width: number, to: Size): Float32Array {
  const result = new Float32Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    result.set(source.subarray(y * width, y * width + to.width), y * to.width);
  }
  return result;
}

function bumps(grid: Size, seed: number): Float32Array {
  const result = new Float32Array(grid.width * grid.height);
  for (let y = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++) {
      result[y * grid.width + x] =
        9 * Math.sin((x + seed) * 0.7) * Math.cos((y - seed) * 0.45) + 3 * Math.sin(x * y * 0.01 + seed) - 1;
    }
  }
  return result;
}

function expectScanToAgree(logits: Float32Array, sampler: LogitsSampler): void {
  const full = upsampleLogits(logits, sampler);
  const bitmap = createBitmap(sampler.image);
  const summary = scanLogitsInto(bitmap, logits, sampler);
  expect(Array.from(bitmap.data)).toEqual(Array.from(full, (value) => (value > 0 ? 1 : 0)));
  const count = (threshold: number): number =>
    full.reduce((sum, value) => sum + (value > threshold ? 1 : 0), 0);
  expect(summary.areaPx).toBe(count(0));
  expect(summary.stability).toBeCloseTo(count(-1) === 0 ? 0 : count(1) / count(-1), 12);
  expect(scanLogitsInto(null, logits, sampler)).toEqual(summary);
}

describe('logits at image size', () => {
  const grid = { width: 16, height: 12 };

  test('squashed logits are interpolated once, straight to the image', () => {
    const logits = bumps(grid, 3);
    const image = { width: 53, height: 31 };
    const expected = interpolate(logits, grid, image);
    const actual = upsampleLogits(logits, squashSampler(grid, image));
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 4);
  });

  test('padded logits are enlarged to the square, cropped, then resized, as the reference does', () => {
    const logits = bumps(grid, 5);
    const input = { width: 64, height: 48 };
    const scaled = { width: 64, height: 37 };
    const image = { width: 90, height: 52 };
    const enlarged = crop(interpolate(logits, grid, input), input.width, scaled);
    const expected = interpolate(enlarged, scaled, image);
    const actual = upsampleLogits(logits, padSampler(grid, input, scaled, image));
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 4);
  });

  test('an image smaller than the grid is sampled, not averaged', () => {
    const logits = bumps(grid, 8);
    const image = { width: 5, height: 3 };
    const expected = interpolate(logits, grid, image);
    const actual = upsampleLogits(logits, squashSampler(grid, image));
    for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 4);
  });

  test('the fast scan gives the pixels, area, and stability of the full logits', () => {
    assertProperty(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.boolean(),
        (width, height, seed, padded) => {
          const image = { width, height };
          const scaled = { width: 64, height: Math.max(1, Math.min(48, Math.round((64 * height) / width))) };
          const sampler = padded
            ? padSampler(grid, { width: 64, height: 48 }, scaled, image)
            : squashSampler(grid, image);
          expectScanToAgree(bumps(grid, seed), sampler);
        },
      ),
      150,
    );
  });

  test('nothing over the threshold is an empty mask with stability 0', () => {
    const sampler = squashSampler(grid, { width: 20, height: 30 });
    const summary = scanLogitsInto(null, new Float32Array(16 * 12).fill(-4), sampler);
    expect(summary).toEqual({ areaPx: 0, box: null, stability: 0 });
  });

  test('the box is half-open and tight', () => {
    const sampler = squashSampler(grid, { width: 16, height: 12 });
    const logits = new Float32Array(16 * 12).fill(-4);
    logits[4 * 16 + 7] = 6;
    logits[4 * 16 + 8] = 6;
    expect(scanLogitsInto(null, logits, sampler).box).toEqual({ x1: 7, y1: 4, x2: 9, y2: 5 });
  });
});
