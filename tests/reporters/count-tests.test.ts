import { describe, expect, test } from 'vitest';
import { countTests, type FinishedTest } from './count-tests.ts';

const passed: FinishedTest = { name: 'a.test.ts > adds', state: 'passed' };
const failed: FinishedTest = { name: 'b.test.ts > subtracts', state: 'failed' };
const skipped: FinishedTest = { name: 'c.test.ts > divides', state: 'skipped' };

describe('the count of a test run', () => {
  test('tells passed, failed and skipped tests apart', () => {
    const tests = [passed, passed, passed, failed, failed, skipped];
    expect(countTests(tests, [])).toMatchObject({ passed: 3, failed: 2, skipped: 1 });
  });

  test('names a skipped test that is not on the list', () => {
    expect(countTests([passed, skipped], []).faults).toEqual([
      expect.stringContaining('c.test.ts > divides'),
    ]);
  });

  test('accepts a skipped test that is on the list with a reason', () => {
    expect(countTests([passed, skipped], [{ name: skipped.name, reason: 'needs a GPU' }]).faults).toEqual([]);
  });

  test('does not accept a skipped test whose reason is blank', () => {
    expect(countTests([passed, skipped], [{ name: skipped.name, reason: ' ' }]).faults).toHaveLength(1);
  });

  test('takes a run without any test for a fault', () => {
    expect(countTests([], []).faults).toEqual(['No test ran.']);
    expect(countTests([skipped], [{ name: skipped.name, reason: 'needs a GPU' }]).faults).toEqual([
      'No test ran.',
    ]);
  });
});
