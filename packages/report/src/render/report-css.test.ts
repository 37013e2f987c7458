import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { REPORT_CSS, REPORT_STYLE_SOURCE } from './report-css.ts';

test('a report allows the style that is in it', () => {
  const hash = createHash('sha256').update(REPORT_CSS).digest('base64');
  expect(REPORT_STYLE_SOURCE).toBe(`'sha256-${hash}'`);
});
