/** `npm run -s audit`: known vulnerabilities of what is installed for use. Exits with 1 where one is high or critical. */
import { spawnSync } from 'node:child_process';
import { auditText, readAudit } from './audit/read-audit.ts';

const LIMIT_MS = 120_000;

const { stdout, stderr, error } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  timeout: LIMIT_MS,
  maxBuffer: 64 * 1024 ** 2,
  shell: process.platform === 'win32',
});
const outcome =
  error === undefined
    ? readAudit(stdout, stderr)
    : ({
        kind: 'unknown',
        reason: `npm could not be run, or did not end in time (${error.message})`,
      } as const);
const { text, passes } = auditText(outcome);
console.log(text);
process.exitCode = passes ? 0 : 1;
