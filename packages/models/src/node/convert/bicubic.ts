/** The parameter of the cubic kernel that PyTorch uses for `bicubic`. */
const A = -0.75;

/**
 * Enlarging by cubic interpolation as a matrix, as `torch.nn.functional.interpolate(mode='bicubic', align_corners=False)`
 * does it along one axis: sample centres at +0.5, samples beyond the edge are those of the edge.
 *
 * @returns float32 [to, from]; each row sums to 1
 */
export function bicubicWeights(from: number, to: number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const first = Math.floor(centre) - 1;
    for (let tap = first; tap < first + 4; tap++) {
      const column = Math.min(Math.max(tap, 0), from - 1);
      const at = i * from + column;
      matrix[at] = (matrix[at] ?? 0) + cubic(centre - tap);
    }
  }
  return matrix;
}

function cubic(distance: number): number {
  const d = Math.abs(distance);
  if (d <= 1) return ((A + 2) * d - (A + 3)) * d * d + 1;
  if (d < 2) return ((A * d - 5 * A) * d + 8 * A) * d - 4 * A;
  return 0;
}
