import { quantile } from '../setup/quantile.ts';

/** What a fault came to. */
export interface FaultOutcome {
  readonly fault: string;
  readonly tries: number;
  /** Acknowledged, and not there afterwards: one line each. */
  readonly lost: readonly string[];
  /** Database or caches that were not whole, and what else was not as it should be. */
  readonly damaged: readonly string[];
  /** From the fault, or from the start after it, until the server answered again. */
  readonly recoveriesMs: readonly number[];
}

export interface FaultOptions {
  readonly tries: number;
  readonly seed: number;
  readonly onProgress: (text: string) => void;
}

export interface Fault {
  readonly name: string;
  /** Why it cannot be tried here; null where it can. */
  readonly cannot: () => string | null;
  /** Share of all tries; those that are not moments but situations are tried a fixed number of times. */
  readonly share: number | { readonly times: number };
  readonly run: (options: FaultOptions) => Promise<FaultOutcome>;
}

export function triesOf({ share }: Fault, tries: number): number {
  return typeof share === 'number' ? Math.max(1, Math.round(share * tries)) : share.times;
}

/** For docs/reliability.md. */
export function tableOf(outcomes: readonly FaultOutcome[]): string {
  const rows = outcomes.map(({ fault, tries, lost, damaged, recoveriesMs }) => {
    const [median, most] = [quantile(recoveriesMs, 0.5), Math.max(0, ...recoveriesMs)];
    return `| ${fault} | ${tries} | ${lost.length} | ${damaged.length} | ${seconds(median)} | ${seconds(most)} |`;
  });
  return `| fault | tries | lost | damaged | recovery, median | recovery, most |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
