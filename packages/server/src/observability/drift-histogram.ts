import type { DriftQuantity, QuantityDrift } from '@calque/api';

const BIN_COUNT = 20;

/** How many values of the reference and of the window lie in each bin. Values beyond the ends count in the outermost bins. */
export function driftHistogram(
  quantity: DriftQuantity,
  reference: readonly number[],
  window: readonly number[],
): QuantityDrift['histogram'] {
  const edges = edgesOf(quantity, [...reference, ...window]);
  return { edges, reference: countsOf(reference, edges), window: countsOf(window, edges) };
}

/** Shares go from 0 to 1. Sizes of images differ by factors, so their bins grow by one. */
function edgesOf(quantity: DriftQuantity, values: readonly number[]): number[] {
  const steps = Array.from({ length: BIN_COUNT + 1 }, (_, i) => i / BIN_COUNT);
  if (quantity !== 'image-px') return steps;
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), 1);
  const from = Math.max(1, Math.min(least, most) / 1.1);
  return steps.map((step) => from * ((most * 1.1) / from) ** step);
}

function countsOf(values: readonly number[], edges: readonly number[]): number[] {
  const counts = new Array<number>(BIN_COUNT).fill(0);
  for (const value of values) {
    const above = edges.findIndex((edge) => edge > value);
    const bin = above < 0 ? BIN_COUNT - 1 : Math.max(0, above - 1);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}
