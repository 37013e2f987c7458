import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { FullSizeVariant } from './full-size-variants.ts';

const root = fileURLToPath(new URL('../../../../../../', import.meta.url));

interface Step {
  readonly seconds: number;
  readonly peakBytes: number;
}

interface Run extends Step {
  readonly loadSeconds: number;
  readonly encodeSeconds: readonly number[];
  readonly decodeSeconds: readonly number[];
  readonly isStable: boolean;
  readonly embedding: Statistics;
  readonly logits: Statistics;
  readonly scores: readonly number[];
}

interface Statistics {
  readonly mean: number;
  readonly deviation: number;
  readonly isFinite: boolean;
}

/**
 * Writes a checkpoint of full size with seeded weights, imports and runs it, each in a process of its own, and expects
 * little memory for the import, and finite and repeatable answers. Prints what each step took.
 */
export async function expectFullSizeToWork(variant: FullSizeVariant): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `calque-${variant}-`));
  const [path, home] = [join(folder, `${variant}.pth`), join(folder, 'home')];
  try {
    await step<Step>('write', variant, path);
    const { size } = await stat(path);
    const imported = await step<Step>('import', path, home, variant);
    expect(imported.peakBytes).toBeLessThan(Math.max(1.5 * size, 300e6));
    const run = await step<Run>('run', home, variant, '2');
    process.stdout.write(`${variant}, ${gigabytes(size)}: ${importText(imported)}; ${runText(run)}\n`);
    expect(run).toMatchObject({ isStable: true, embedding: { isFinite: true }, logits: { isFinite: true } });
    expect(run.embedding.deviation).toBeGreaterThan(1e-3);
    expect(run.logits.deviation).toBeGreaterThan(1e-3);
    expect(run.scores).toHaveLength(3);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function importText({ seconds, peakBytes }: Step): string {
  return `import ${seconds.toFixed(1)} s with ${gigabytes(peakBytes)}`;
}

function runText({ loadSeconds, encodeSeconds, decodeSeconds, peakBytes }: Run): string {
  const list = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(', ');
  return `load ${loadSeconds.toFixed(1)} s, encodes ${list(encodeSeconds)} s, decodes ${list(decodeSeconds)} s, with ${gigabytes(peakBytes)}`;
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

async function step<T extends Step>(...args: readonly string[]): Promise<T> {
  const script = 'packages/models/src/node/convert/testing/full-size-child.ts';
  const child = spawn(process.execPath, ['scripts/run-ts.js', script, ...args], {
    cwd: root,
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
  return JSON.parse(text) as T;
}
