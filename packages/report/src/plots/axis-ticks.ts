export interface AxisTicks {
  readonly values: readonly number[];
  /** Decimals that tell neighbours apart. */
  readonly decimals: number;
}

/** A closed interval of finite numbers, lower end first. */
export type PlotRange = readonly [low: number, high: number];

/**
 * Round values (1, 2 or 5 times a power of ten apart) within a range, about as many as asked for.
 * An interval without extent has its one value.
 */
export function axisTicks([low, high]: PlotRange, about: number): AxisTicks {
  const step = roundStep((high - low) / Math.max(1, about));
  if (!(step > 0)) return { values: [low], decimals: decimalsOf(Math.abs(low)) };
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const decimals = decimalsOf(step);
  return {
    values: Array.from({ length: last - first + 1 }, (_, i) =>
      Number(((first + i) * step).toFixed(decimals)),
    ),
    decimals,
  };
}

/** The least range that holds all finite values and ends at round ones; 0 to 1 where there is none. */
export function roundRange(values: Iterable<number>): PlotRange {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  if (low === high) return low === 0 ? [0, 1] : widened(low);
  const step = roundStep((high - low) / 5);
  const decimals = decimalsOf(step);
  return [
    Number((Math.floor(low / step + 1e-9) * step).toFixed(decimals)),
    Number((Math.ceil(high / step - 1e-9) * step).toFixed(decimals)),
  ];
}

/** Around a single value, so that a line through it lies in the middle. */
function widened(value: number): PlotRange {
  const reach = Math.abs(value) * 0.1;
  return [value - reach, value + reach];
}

function roundStep(least: number): number {
  if (!(least > 0) || !Number.isFinite(least)) return 0;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function decimalsOf(step: number): number {
  if (!(step > 0)) return 0;
  return Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}
