/**
 * `npm run bench -- [--quick] [--folder DIR] [--evaluation DIR] [NAME …]` runs bench/*.bench.ts one after the other, prints a table each and
 * writes bench/results.json. Exits with 1 where a ratio is over its limit, unless `--quick`.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleTypeScript } from '../scripts/bundle-typescript.js';
import { type Benchmark, type BenchmarkResult, exceeded, formatResult } from './benchmark.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    folder: { type: 'string', default: 'bench' },
    evaluation: { type: 'string' },
  },
});

const results: BenchmarkResult[] = [];
for (const file of benchmarkFiles(values.folder, positionals)) {
  const { run } = (await import(await bundleTypeScript(file))) as { run: Benchmark };
  const result = await run({
    quick: values.quick,
    ...(values.evaluation === undefined ? {} : { evaluation: values.evaluation }),
  });
  results.push(result);
  console.log(`${formatResult(result)}\n`);
}
writeFileSync(
  join(values.folder, 'results.json'),
  `${JSON.stringify({ machine: machine(), ...values, results }, null, 2)}\n`,
);

const faults = values.quick ? [] : exceeded(results);
for (const fault of faults) console.error(`Over the limit: ${fault}`);
if (faults.length > 0 || results.length === 0) process.exitCode = 1;

function benchmarkFiles(folder: string, names: readonly string[]): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.bench.ts'))
    .filter((file) => names.length === 0 || names.includes(file.replace('.bench.ts', '')))
    .sort()
    .map((file) => join(folder, file));
}

function machine(): object {
  const processors = cpus();
  return {
    platform: platform(),
    arch: arch(),
    processor: processors[0]?.model,
    cores: processors.length,
    node: process.version,
  };
}
