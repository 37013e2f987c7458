export interface ScoreSource {
  /** Numbers in [0, 1), seeded. */
  readonly random: () => number;
  readonly mean: number;
  readonly sd: number;
}

/** A score as models give them: mostly high, with a tail to the bottom (one minus a gamma variate), cut off at 0. */
export function skewedScore({ random, mean, sd }: ScoreSource): number {
  const missing = 1 - mean;
  const shape = (missing / sd) ** 2;
  return Math.max(0, 1 - (gammaVariate(shape, random) * sd * sd) / missing);
}

/** Source: G. Marsaglia and W. W. Tsang, A simple method for generating gamma variables (2000). */
function gammaVariate(shape: number, random: () => number): number {
  if (shape < 1) return gammaVariate(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = normalVariate(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function normalVariate(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
