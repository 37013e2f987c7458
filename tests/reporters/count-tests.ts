/** How a test run ended, and what ended it badly besides failed tests. */
export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line each. Any of them makes the run fail where skipping is not allowed. */
  readonly faults: readonly string[];
}

export interface FinishedTest {
  /** Path of the test file in the repository, then the names of the suites and the test, joined by ` > `. */
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
}

export interface AllowedSkip {
  readonly name: string;
  readonly reason: string;
}

/** Counts tests; a skipped test that the list does not allow, and a run without any test, are faults. */
export function countTests(tests: readonly FinishedTest[], allowed: readonly AllowedSkip[]): TestCount {
  const skipped = tests.filter((test) => test.state === 'skipped' || test.state === 'pending');
  const names = new Set(allowed.filter((skip) => skip.reason.trim() !== '').map((skip) => skip.name));
  const unexpected = skipped.filter((test) => !names.has(test.name));
  return {
    passed: tests.filter((test) => test.state === 'passed').length,
    failed: tests.filter((test) => test.state === 'failed').length,
    skipped: skipped.length,
    faults: [
      ...unexpected.map((test) => `Skipped without a reason in tests/allowed-skips.json: ${test.name}`),
      ...(tests.length === skipped.length ? ['No test ran.'] : []),
    ],
  };
}
