import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../architecture/workspace.ts';

const benchmark = `export async function run({ quick }) {
  const ratios = [{ label: 'ours / bare', value: 1.375, limit: 1.25 }];
  return { name: quick ? 'quick planted' : 'planted', ratios, rows: [{ label: 'ours', valueMs: 41.5 }] };
}`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'calque-bench-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the benchmark harness', () => {
  test('prints the figures, writes them, and fails where a ratio is over its limit', () => {
    writeFileSync(join(folder, 'planted.bench.ts'), benchmark);
    const { status, stdout, stderr } = runHarness();
    expect(stdout).toMatch(/planted\n\s+ours \/ bare\s+1.375\s+limit 1.25\n\s+ours\s+41.5\s+ms/);
    expect(stderr).toContain('Over the limit: planted: ours / bare is 1.375, limit 1.25');
    expect(status).toBe(1);
    const written = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as object;
    expect(written).toMatchObject({ results: [{ name: 'planted', ratios: [{ value: 1.375 }] }] });
  });

  test('asks for a quick run and does not judge its figures', () => {
    writeFileSync(join(folder, 'planted.bench.ts'), benchmark);
    const { status, stdout } = runHarness('--quick');
    expect(stdout).toContain('quick planted');
    expect(status).toBe(0);
  });

  test('fails where there is nothing to run', () => {
    expect(runHarness().status).toBe(1);
  });
});

function runHarness(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const command = ['scripts/run-ts.js', 'bench/run.ts', '--folder', folder, ...args];
  return spawnSync(process.execPath, command, { cwd: repositoryRoot, encoding: 'utf8' });
}
