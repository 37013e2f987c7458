// Prints the counts of the last test run as one line; exits with 1 unless something passed and nothing failed.
import { readFileSync } from 'node:fs';

const none = { passed: 0, failed: 0, skipped: 0 };

function lastCounts() {
  try {
    return JSON.parse(readFileSync(new URL('../.cache/test-counts.json', import.meta.url), 'utf8'));
  } catch {
    return none;
  }
}

const { passed, failed, skipped } = lastCounts();
const tail = skipped > 0 ? `, ${skipped} skipped` : '';
process.stdout.write(`${passed} passed, ${failed} failed${tail}\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
