import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, TestModule } from 'vitest/node';
import { type AllowedSkip, countTests, type FinishedTest, type TestCount } from './count-tests.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Writes the counts that `.ci/run` closes with to `.cache/test-counts.json`. With `CI=true` a fault (a skipped test
 * that is not on the list, no test at all) fails the run.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const broken = modules.filter((module) => module.errors().length > 0).map(brokenModule);
    const count = countTests([...modules.flatMap(finishedTests), ...broken], allowedSkips());
    mkdirSync(`${root}.cache`, { recursive: true });
    writeFileSync(
      `${root}.cache/test-counts.json`,
      `${JSON.stringify({ ...count, errors: errors.length })}\n`,
    );
    if (process.env['CI'] === 'true') report(count);
  }
}

function finishedTests(module: TestModule): FinishedTest[] {
  const file = relative(root, module.moduleId);
  return [...module.children.allTests()].map((test) => ({
    name: `${file} > ${test.fullName}`,
    state: test.result().state,
  }));
}

/** A file that cannot be loaded has no tests to count, yet must not pass unseen: it counts as one failed test. */
function brokenModule(module: TestModule): FinishedTest {
  return { name: relative(root, module.moduleId), state: 'failed' };
}

function allowedSkips(): readonly AllowedSkip[] {
  const list = JSON.parse(readFileSync(`${root}tests/allowed-skips.json`, 'utf8')) as {
    tests: AllowedSkip[];
  };
  return list.tests;
}

function report(count: TestCount): void {
  for (const fault of count.faults) console.error(fault);
  if (count.faults.length > 0) process.exitCode = 1;
}
