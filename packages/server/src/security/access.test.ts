import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ServerHarness, TOKEN } from '../testing/server-harness.ts';
import { loadAccessToken, sameSecret } from './access-token.ts';

let harness: ServerHarness;
afterEach(() => harness.close());

const get = (url: string, headers: Record<string, string> = {}) =>
  harness.app.inject({ method: 'GET', url, headers: { host: '127.0.0.1', ...headers } });

async function page(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'calque-page-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<title>page</title>');
  await writeFile(join(folder, 'assets', 'main-1a2b.js'), 'run()');
  return folder;
}

describe('without the token', () => {
  test.each([
    '/',
    '/api/datasets',
    '/api/health',
    '/api/settings',
    '/api/events',
    '/api/docs',
    '/api/docs/',
    '/api/docs/static/index.html',
    '/api/openapi.json',
    '/api/nothing',
    '/nothing',
    '/assets/main-1a2b.js',
    '/index.html',
    '/favicon.ico',
    '//api/datasets',
    '/login/../api/datasets',
  ])('%s answers 401', async (url) => {
    harness = await ServerHarness.create({ pageFolder: await page() });
    const answer = await get(url);
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'access-denied', status: 401 });
    const shown = await get(url, { accept: 'text/html' });
    expect(shown.statusCode).toBe(401);
    expect(shown.body).not.toContain('photos');
  });

  test('a wrong token in any place answers 401', async () => {
    harness = await ServerHarness.create();
    const wrong = `${TOKEN.slice(0, -1)}x`;
    expect((await get('/api/datasets', { authorization: `Bearer ${wrong}` })).statusCode).toBe(401);
    expect((await get('/api/datasets', { cookie: `calque-test=${TOKEN}` })).statusCode).toBe(401);
    expect((await get(`/?token=${wrong}`)).statusCode).toBe(401);
    expect((await get(`/api/datasets?token=${TOKEN}`)).statusCode).toBe(401);
    const login = await harness.app.inject({
      method: 'POST',
      url: '/api/session',
      payload: { token: wrong },
    });
    expect(login.statusCode).toBe(401);
  });
});

describe('with the token', () => {
  test('the printed address sets a cookie that opens everything, and leads to an address without it', async () => {
    harness = await ServerHarness.create({ pageFolder: await page() });
    const visit = await get(`/?token=${TOKEN}&image=7`);
    expect(visit.statusCode).toBe(303);
    expect(visit.headers.location).toBe('/?image=7');
    const cookie = String(visit.headers['set-cookie']);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toContain(TOKEN);
    const value = cookie.split(';', 1)[0] ?? '';
    expect((await get('/api/datasets', { cookie: value })).statusCode).toBe(200);
    const shown = await get('/somewhere/in/the/page', { cookie: value });
    expect(shown.body).toBe('<title>page</title>');
    expect((await get('/assets/main-1a2b.js', { cookie: value })).headers['cache-control']).toContain(
      'immutable',
    );
    expect((await get('/assets/missing.js', { cookie: value })).statusCode).toBe(404);
    expect((await get('/api/nothing', { cookie: value })).json()).toMatchObject({ code: 'path-unknown' });
  });

  test('a link on another site enters by a page, since its redirect would come without the cookie', async () => {
    harness = await ServerHarness.create();
    const visit = await get(`/?token=${TOKEN}`, { 'sec-fetch-site': 'cross-site' });
    expect(visit.statusCode).toBe(200);
    expect(visit.headers['set-cookie']).toBeDefined();
    expect(visit.body).toContain('url=/"');
    expect(visit.body).not.toContain(TOKEN);
  });

  test('POST /api/session gives the cookie, to so many in a minute', async () => {
    harness = await ServerHarness.create({ limits: { loginsPerMinute: 3 } });
    const logIn = (token: string) =>
      harness.app.inject({
        method: 'POST',
        url: '/api/session',
        headers: { host: 'localhost:9000' },
        payload: { token },
      });
    expect((await logIn('guess')).statusCode).toBe(401);
    const answer = await logIn(TOKEN);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['set-cookie']).toBeDefined();
    await logIn('guess');
    expect((await logIn(TOKEN)).statusCode).toBe(429);
  });

  test('pages are isolated, and scripts of others shut out', async () => {
    harness = await ServerHarness.create();
    const { headers } = await harness.inject('GET', '/api/health');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(headers['content-security-policy']).toContain("style-src 'self';");
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('no answer allows inline scripts or styles, and files of others may do nothing at all', async () => {
    const script = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    harness = await ServerHarness.create({
      files: { 'a.jpg': [40, 30], 'b.png': script },
      pageFolder: await page(),
    });
    for (const url of ['/', '/login', '/api/docs/', '/api/health', '/api/nothing']) {
      const { headers } = await harness.inject('GET', url);
      expect(headers['content-security-policy'], url).not.toMatch(/'unsafe-/);
    }
    const refused = await get('/', { accept: 'text/html' });
    expect(refused.headers['content-security-policy']).toContain("default-src 'none'");
    for (const name of ['a.jpg', 'b.png']) {
      const { headers } = await harness.inject('GET', `${harness.path(await harness.image(name))}/file`);
      expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'; sandbox");
      expect(headers['content-type']).toMatch(/^(?:image\/jpeg|application\/octet-stream)$/);
    }
  });

  test('the documentation comes from here, and lists every operation', async () => {
    harness = await ServerHarness.create();
    const docs = await harness.inject('GET', '/api/docs/');
    expect(docs.statusCode).toBe(200);
    expect(docs.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const { paths } = (await harness.inject('GET', '/api/openapi.json')).json() as { paths: object };
    expect(Object.keys(paths)).toContain('/api/datasets/{datasetId}/images/{imageId}/predictions');
  });
});

describe('a request', () => {
  test.each(['evil.example', 'evil.example:8511', '127.0.0.1.evil.example', 'localhost@evil.example'])(
    'under the host %j is refused',
    async (host) => {
      harness = await ServerHarness.create();
      const answer = await harness.inject('GET', '/api/datasets', { headers: { host } });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ code: 'host-not-allowed' });
    },
  );

  test.each<Record<string, string>>([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:9999' },
    { 'sec-fetch-site': 'cross-site' },
  ])('that changes something is refused with %j', async (headers) => {
    harness = await ServerHarness.create();
    const change = (more: Record<string, string>) =>
      harness.inject('PUT', '/api/settings', {
        payload: { theme: 'dark' },
        headers: { host: '127.0.0.1:8511', ...more },
      });
    expect((await change(headers)).json()).toMatchObject({ code: 'origin-not-allowed', status: 403 });
    expect((await change({ origin: 'http://127.0.0.1:8511' })).statusCode).toBe(200);
  });

  test('beyond the rate is refused, and says when to come back', async () => {
    harness = await ServerHarness.create({ limits: { requestsPerMinute: 3 } });
    for (let i = 0; i < 3; i++) expect((await harness.inject('GET', '/api/settings')).statusCode).toBe(200);
    const refused = await harness.inject('GET', '/api/settings');
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toMatchObject({ code: 'too-many-requests' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('beyond the size is refused', async () => {
    harness = await ServerHarness.create({ limits: { bodyBytes: 1000 } });
    const answer = await harness.inject('PUT', '/api/settings', {
      payload: { keys: { a: 'x'.repeat(2000) } },
    });
    expect(answer.json()).toMatchObject({ code: 'request-too-large', status: 413 });
  });

  test.each([
    ['PUT', '/api/settings', { colour: 'red' }],
    ['PUT', '/api/settings', { maskOpacity: '0.5' }],
    ['POST', '/api/session', {}],
    ['GET', '/api/settings?verbose=1', undefined],
  ] as const)('%s %s with %j is not understood', async (method, url, payload) => {
    harness = await ServerHarness.create();
    const answer = await harness.inject(method, url, payload === undefined ? {} : { payload });
    expect(answer.json()).toMatchObject({ code: 'request-invalid', status: 400 });
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });
});

test('the token is kept, for its owner alone', async () => {
  harness = await ServerHarness.create();
  const home = join(harness.folder, 'keys');
  const token = await loadAccessToken(home);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(await loadAccessToken(home)).toBe(token);
  expect((await stat(join(home, 'access-token'))).mode & 0o777).toBe(0o600);
  await writeFile(join(home, 'access-token'), 'cut off');
  const other = await loadAccessToken(home);
  expect(other).not.toBe(token);
  expect((await readFile(join(home, 'access-token'), 'utf8')).trim()).toBe(other);
  expect(sameSecret(token, token)).toBe(true);
  expect(sameSecret(token, other)).toBe(false);
  await rm(home, { recursive: true });
});
