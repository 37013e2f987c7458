import type { Page } from 'playwright-core';

/** What the content security policy of a page, and of its workers, refuses from now on, as Chromium's console says it. */
export function refusalsOf(page: Page): readonly string[] {
  const refusals: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) refusals.push(message.text());
  });
  return refusals;
}
