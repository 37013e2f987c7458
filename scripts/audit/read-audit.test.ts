import { describe, expect, test } from 'vitest';
import { auditText, readAudit } from './read-audit.ts';

const advisory = (name: string, severity: string) => ({
  name,
  severity,
  range: '<2.0.1',
  via: [{ title: `what is wrong with ${name}` }, 'another'],
});

const report = (...list: ReturnType<typeof advisory>[]): string =>
  JSON.stringify({
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(list.map((one) => [one.name, one])),
    metadata: { dependencies: { prod: 312 } },
  });

describe('an audit', () => {
  test('passes where nothing is known', () => {
    expect(auditText(readAudit(report(), ''))).toEqual({
      text: 'audit: no known high or critical vulnerability in 312 runtime dependencies',
      passes: true,
    });
  });

  test.each(['high', 'critical'])('fails with a %s vulnerability, and names it', (severity) => {
    const { text, passes } = auditText(
      readAudit(report(advisory('left', severity), advisory('low', 'low')), ''),
    );
    expect(passes).toBe(false);
    expect(text).toContain(`${severity}: left <2.0.1: what is wrong with left; through another`);
    expect(text).toContain('low: low');
  });

  test('passes with lesser ones, and says them', () => {
    const { text, passes } = auditText(readAudit(report(advisory('middle', 'moderate')), ''));
    expect(passes).toBe(true);
    expect(text).toContain('moderate: middle');
  });

  test('counts one of unknown severity as severe', () => {
    const odd = JSON.stringify({ vulnerabilities: { odd: { name: 'odd', via: [] } } });
    expect(auditText(readAudit(odd, '')).passes).toBe(false);
  });

  test.each([
    [
      'an error',
      JSON.stringify({ error: { code: 'ENOAUDIT', summary: 'no such endpoint at http://u:p@host/x' } }),
      '',
    ],
    ['a message', JSON.stringify({ message: '404 Not Found' }), ''],
    ['nothing', '', 'npm error code ECONNREFUSED\nmore'],
    ['no JSON', '<html>', ''],
  ])('that gives %s is not done, says why and gives no address away', (_what, stdout, stderr) => {
    const { text, passes } = auditText(readAudit(stdout, stderr));
    expect(passes).toBe(true);
    expect(text).toMatch(/^audit: not done, .*: .+/);
    expect(text).not.toContain('host');
  });
});
