/**
 * Weights of an antialiased bilinear ("triangle") resampling of one axis.
 *
 * Output i is the sum over k < `taps` of `weights[i * taps + k]` times input `start[i] + k`; weights of one output add
 * up to 1, unused ones are 0. When shrinking, the triangle is as wide as two output pixels; when enlarging, this is
 * plain bilinear interpolation with half-pixel centres.
 * Source: Pillow `src/libImaging/Resample.c`, `precompute_coeffs`, which SAM 1 resizes with; torchvision's
 * `resize(antialias=True)`, which SAM 2 resizes with, takes the same weights.
 */
export interface TriangleFilter {
  readonly taps: number;
  readonly start: Int32Array;
  /** How many weights of each output are used. */
  readonly count: Int32Array;
  readonly weights: Float64Array;
}

export function triangleFilter(inputLength: number, outputLength: number): TriangleFilter {
  const scale = inputLength / outputLength;
  const support = Math.max(1, scale);
  const taps = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(outputLength);
  const count = new Int32Array(outputLength);
  const weights = new Float64Array(outputLength * taps);
  for (let i = 0; i < outputLength; i++) {
    const centre = (i + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - support + 0.5));
    const to = Math.min(inputLength, Math.trunc(centre + support + 0.5));
    let sum = 0;
    for (let k = 0; k < to - from; k++) {
      const weight = Math.max(0, 1 - Math.abs((k + from - centre + 0.5) / support));
      weights[i * taps + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < to - from; k++) weights[i * taps + k] = (weights[i * taps + k] as number) / sum;
    start[i] = from;
    count[i] = to - from;
  }
  return { taps, start, count, weights };
}
