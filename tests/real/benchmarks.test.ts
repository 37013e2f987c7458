import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '../architecture/workspace.ts';

const names = readdirSync(`${repositoryRoot}bench`)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''));

describe('the benchmark', () => {
  test.each(names)('%s runs', (name) => {
    const command = ['scripts/run-ts.js', 'bench/run.ts', '--quick', name];
    const { status, stderr } = spawnSync(process.execPath, command, {
      cwd: repositoryRoot,
      encoding: 'utf8',
    });
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  });
});
