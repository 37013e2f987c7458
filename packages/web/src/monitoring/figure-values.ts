import type { Figure } from '@calque/api';

/** Sum of the series of a metric whose labels are these. */
export function figureSum(
  figures: readonly Figure[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels);
  return figures
    .filter(
      (figure) => figure.name === name && wanted.every(([label, value]) => figure.labels[label] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

/** Mean of a distribution; null where nothing was measured. */
export function figureMean(figures: readonly Figure[], name: string): number | null {
  const count = figureSum(figures, `${name}_count`);
  return count === 0 ? null : figureSum(figures, `${name}_sum`) / count;
}

export interface CountOf {
  readonly label: string;
  readonly count: number;
}

/** A counter by one of its labels, the largest first; what was never counted is left out. */
export function figureCounts(figures: readonly Figure[], name: string, label: string): CountOf[] {
  const sums = new Map<string, number>();
  for (const figure of figures.filter((one) => one.name === name)) {
    const value = figure.labels[label] ?? '';
    sums.set(value, (sums.get(value) ?? 0) + figure.value);
  }
  return [...sums]
    .map(([value, count]) => ({ label: value, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || a.label.localeCompare(b.label));
}
