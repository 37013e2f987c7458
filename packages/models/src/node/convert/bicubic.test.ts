import { expect, test } from 'vitest';
import { bicubicWeights } from './bicubic.ts';

test('The weights of a sample between two cells are those of the cubic kernel of PyTorch', () => {
  const row = [...bicubicWeights(8, 16).subarray(7 * 8, 8 * 8)];
  // Sample 7 of 16 lies at 3.25 of 8: distances 1.25, 0.25, 0.75, 1.75 and A = -0.75.
  const expected = [0, 0, -0.10546875, 0.87890625, 0.26171875, -0.03515625, 0, 0];
  for (const [i, value] of expected.entries()) expect(row[i]).toBeCloseTo(value, 6);
});

test('Every row sums to 1, at the edges too, where the last cell stands for those beyond', () => {
  const matrix = bicubicWeights(7, 256);
  for (let row = 0; row < 256; row++) {
    const sum = matrix.subarray(row * 7, (row + 1) * 7).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(1, 5);
  }
});
