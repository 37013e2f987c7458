/** What a file `bench/NAME.bench.ts` exports as `run`. */
export type Benchmark = (options: BenchmarkOptions) => Promise<BenchmarkResult>;

export interface BenchmarkOptions {
  /** Do everything once, to see that it works; the figures mean nothing. */
  readonly quick: boolean;
  /** A folder of images with labels (`manifest.json`), for benchmarks that measure the quality of masks. */
  readonly evaluation?: string;
}

export interface BenchmarkResult {
  readonly name: string;
  /** Two things measured in turn in this run, on this machine: the only figures that travel. */
  readonly ratios: readonly Ratio[];
  readonly rows: readonly { readonly label: string; readonly valueMs: number }[];
}

export interface Ratio {
  readonly label: string;
  readonly value: number;
  /** The ratio must not be larger. */
  readonly limit?: number;
}

/** Ratios over their limit, as lines. */
export function exceeded(results: readonly BenchmarkResult[]): string[] {
  return results.flatMap(({ name, ratios }) =>
    ratios
      .filter(({ value, limit }) => limit !== undefined && !(value <= limit))
      .map(({ label, value, limit }) => `${name}: ${label} is ${value.toFixed(3)}, limit ${limit}`),
  );
}

/** A table of ratios, then one of times, aligned for a terminal. */
export function formatResult({ name, ratios, rows }: BenchmarkResult): string {
  const lines = [
    ...ratios.map(({ label, value, limit }) => [
      label,
      value.toFixed(3),
      limit === undefined ? '' : `limit ${limit}`,
    ]),
    ...rows.map(({ label, valueMs }) => [label, valueMs.toFixed(1), 'ms']),
  ];
  const width = Math.max(0, ...lines.map(([label = '']) => label.length));
  return [
    name,
    ...lines.map(([label = '', value = '', unit = '']) => formatLine(label.padEnd(width), value, unit)),
  ].join('\n');
}

function formatLine(label: string, value: string, unit: string): string {
  return `  ${label}  ${value.padStart(10)}  ${unit}`.trimEnd();
}
