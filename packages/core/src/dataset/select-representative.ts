/** An image as a point: numbers that say what it is like, the same ones in the same order for all. */
export interface FactPoint {
  readonly id: string;
  readonly values: readonly number[];
}

/**
 * `count` images that cover what there is: first the one nearest to the middle of all, then, again and again, the one that is
 * farthest from all that were chosen. Each value counts by its range. Deterministic: of equals the earlier one is chosen.
 * No image is farther from a chosen one than twice the least possible.
 * Source: Gonzalez, Clustering to minimize the maximum intercluster distance, 1985.
 */
export function selectRepresentative(points: readonly FactPoint[], count: number): string[] {
  const scaled = scaledByRange(points);
  const [first] = scaled;
  if (first === undefined || count < 1) return [];
  const middle = first.map(
    (_, axis) => scaled.reduce((sum, values) => sum + (values[axis] as number), 0) / scaled.length,
  );
  let chosen = nearest(scaled, middle);
  const distances = scaled.map((values) => squaredDistance(values, scaled[chosen] as number[]));
  const ids = [(points[chosen] as FactPoint).id];
  while (ids.length < Math.min(count, points.length)) {
    distances[chosen] = -1;
    chosen = distances.reduce(
      (best, distance, index) => (distance > (distances[best] as number) ? index : best),
      0,
    );
    ids.push((points[chosen] as FactPoint).id);
    const center = scaled[chosen] as number[];
    scaled.forEach((values, index) => {
      const distance = squaredDistance(values, center);
      if (distance < (distances[index] as number)) distances[index] = distance;
    });
  }
  return ids;
}

function scaledByRange(points: readonly FactPoint[]): number[][] {
  const axes = points[0]?.values.length ?? 0;
  const ranges = Array.from({ length: axes }, (_, axis) => {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const { values } of points) {
      low = Math.min(low, values[axis] as number);
      high = Math.max(high, values[axis] as number);
    }
    return { low, range: high - low || 1 };
  });
  return points.map(({ values }) =>
    ranges.map(({ low, range }, axis) => ((values[axis] as number) - low) / range),
  );
}

function nearest(scaled: readonly number[][], to: readonly number[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  scaled.forEach((values, index) => {
    const distance = squaredDistance(values, to);
    if (distance >= least) return;
    least = distance;
    best = index;
  });
  return best;
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, axis) => sum + (value - (b[axis] as number)) ** 2, 0);
}
