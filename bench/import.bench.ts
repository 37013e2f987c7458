import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashFile } from '@calque/models/node';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

/** What an import of a checkpoint of the size of vit_h may take on two cores. */
const MOST_SECONDS = 90;
const MOST_BYTES = 4e9;

interface Step {
  readonly seconds: number;
  readonly peakBytes: number;
}

/**
 * Importing a checkpoint, in a process of its own: time and memory against what is allowed, and against copying and hashing
 * the same file, the least that anybody could do.
 */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const variant = quick ? 'vit-b' : 'vit-h';
  const folder = await mkdtemp(join(tmpdir(), 'calque-bench-import-'));
  try {
    const path = join(folder, `${variant}.pth`);
    await step('write', variant, path);
    const least = await copyAndHash(path, join(folder, 'copy'));
    const imported = await step('import', path, join(folder, 'home'), variant);
    const { size } = await stat(path);
    return {
      name: `import of ${variant}, ${(size / 1e9).toFixed(2)} GB`,
      ratios: [
        { label: `time / ${MOST_SECONDS} s`, value: imported.seconds / MOST_SECONDS, limit: 1 },
        { label: 'memory / 4 GB', value: imported.peakBytes / MOST_BYTES, limit: 1 },
        { label: 'memory / size of the file', value: imported.peakBytes / size, limit: 1.5 },
        { label: 'time / copying and hashing the file', value: imported.seconds / least },
      ],
      rows: [
        { label: 'import', valueMs: 1000 * imported.seconds },
        { label: 'copying and hashing', valueMs: 1000 * least },
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns seconds */
async function copyAndHash(from: string, to: string): Promise<number> {
  const started = performance.now();
  await copyFile(from, to);
  await hashFile(from);
  await hashFile(to);
  const seconds = (performance.now() - started) / 1000;
  await rm(to);
  return seconds;
}

async function step(...args: readonly string[]): Promise<Step> {
  const script = 'packages/models/src/node/convert/testing/full-size-child.ts';
  const child = spawn(process.execPath, ['scripts/run-ts.js', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}`);
  return JSON.parse(text) as Step;
}
