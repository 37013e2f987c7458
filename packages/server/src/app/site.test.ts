import { describe, expect, test } from 'vitest';
import { pageBelow, siteOf, withoutBasePath } from './site.ts';

const behind = siteOf(new URL('https://Example.org:8443/tools/calque/'));

describe('the site that people see', () => {
  test('is where the server listens, unless it is told otherwise', () => {
    expect(siteOf(null)).toEqual({ host: null, basePath: '', isSecure: false });
    expect(behind).toEqual({ host: 'example.org', basePath: '/tools/calque', isSecure: true });
  });

  test.each([
    ['/tools/calque/api/health', '/api/health'],
    ['/tools/calque/', '/'],
    ['/tools/calque', '/'],
    ['/tools/calque?token=x', '/?token=x'],
    ['/tools/calques/x', '/tools/calques/x'],
    ['/api/health', '/api/health'],
  ])('%s is asked for as %s', (url, path) => {
    expect(withoutBasePath(url, behind)).toBe(path);
    expect(withoutBasePath(url, siteOf(null))).toBe(url);
  });

  test('has the addresses of the page below it', () => {
    const html = '<link href="./icon.svg"><script src="./assets/main-1a2b.js"></script>';
    expect(pageBelow(html, behind)).toBe(
      '<link href="/tools/calque/icon.svg"><script src="/tools/calque/assets/main-1a2b.js"></script>',
    );
    expect(pageBelow(html, siteOf(null))).toContain('href="/icon.svg"');
  });
});
