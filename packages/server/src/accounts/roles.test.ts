import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PAGE_HEADER, ROLES, type Role } from '@calque/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServerHarness, TOKEN } from '../testing/server-harness.ts';
import { created, testAnnotation } from '../testing/storage-contract.ts';
import { Accounts } from './accounts.ts';
import { isAtLeast, roleFor } from './route-roles.ts';

const PASSWORD = 'correct horse battery';
const host = '127.0.0.1';

let home: string;
let accounts: Accounts;
let harness: ServerHarness;
let cookies: Readonly<Record<Role, string>>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'calque-roles-'));
  accounts = await Accounts.open(home, { cost: { n: 2 ** 10, r: 8, p: 1 } });
  for (const role of ROLES) await accounts.add(`the-${role}`, role, PASSWORD);
  harness = await ServerHarness.create({
    accounts,
    files: { 'a.jpg': [40, 30] },
    limits: { loginsPerMinute: 1000 },
  });
  const entries = await Promise.all(
    ROLES.map(async (role) => [role, await cookieOf(`the-${role}`)] as const),
  );
  cookies = Object.fromEntries(entries) as Record<Role, string>;
});
afterAll(async () => {
  await harness.close();
  accounts.close();
  await rm(home, { recursive: true, force: true });
});

function logIn(name: string, password: string, headers: Record<string, string> = {}) {
  return harness.app.inject({
    method: 'POST',
    url: '/api/session',
    headers: { host, ...headers },
    payload: { name, password },
  });
}

async function cookieOf(name: string): Promise<string> {
  const answer = await logIn(name, PASSWORD);
  expect(answer.statusCode).toBe(204);
  return String(answer.headers['set-cookie']).split(';', 1)[0] ?? '';
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';

function ask(method: Method, url: string, headers: Record<string, string> = {}) {
  return harness.app.inject({ method, url, headers: { host, ...headers } });
}

const asPage = (role: Role): Record<string, string> => ({ cookie: cookies[role], [PAGE_HEADER]: '1' });

/** Every route that is registered, also those that plug-ins brought. */
function allRoutes(): readonly { readonly method: Method; readonly url: string }[] {
  return harness.routes.flatMap(({ method, url }) =>
    [method].flat().map((each) => ({ method: each as Method, url })),
  );
}

describe('every route', () => {
  test('lets in who may, and nobody else', async () => {
    const checked: string[] = [];
    for (const { method, url } of allRoutes()) {
      const least = roleFor(method, url);
      // Nothing is at these addresses, so whoever is let in gets an answer without anything happening.
      const address = url.replace(/:\w+/g, 'x').replace('*', 'x');
      if (url === '/api/events' || least === 'anybody') continue;
      const stranger = await ask(method, address);
      expect(stranger.statusCode, `${method} ${url} without a session`).toBe(401);
      for (const role of ROLES) {
        const { statusCode } = await ask(method, address, asPage(role));
        const isRefused = statusCode === 401 || statusCode === 403;
        expect(isRefused, `${method} ${url} as ${role}: ${statusCode}`).toBe(!isAtLeast(role, least));
      }
      checked.push(`${method} ${url}`);
    }
    expect(checked.length).toBeGreaterThan(45);
  });

  test('that changes something is for no viewer, but for what is the viewer’s own', () => {
    const open = allRoutes()
      .filter(
        ({ method, url }) =>
          !['GET', 'HEAD', 'OPTIONS'].includes(method) && roleFor(method, url) === 'viewer',
      )
      .map(({ method, url }) => `${method} ${url}`);
    expect(open.sort()).toEqual([
      'POST /api/datasets/:datasetId/images/:imageId/predictions/find',
      'POST /api/datasets/:datasetId/selection',
      'PUT /api/settings',
    ]);
  });

  test('that nobody thought of is for an admin', () => {
    expect(roleFor('GET', '/api/something-new')).toBe('admin');
    expect(roleFor('DELETE', '/')).toBe('admin');
    expect(roleFor('GET', undefined)).toBe('viewer');
  });
});

describe('a change that comes with a cookie', () => {
  test('is refused without the header of the page, and from another origin', async () => {
    const cookie = cookies.annotator;
    const url = '/api/settings';
    const put = (headers: Record<string, string>) =>
      harness.app.inject({
        method: 'PUT',
        url,
        headers: { host, cookie, ...headers },
        payload: { theme: 'dark' },
      });
    expect((await put({})).json()).toMatchObject({ code: 'request-not-from-page' });
    expect((await put({ [PAGE_HEADER]: '1', origin: 'http://evil.example' })).json()).toMatchObject({
      code: 'origin-not-allowed',
    });
    expect((await put({ [PAGE_HEADER]: '1' })).statusCode).toBe(200);
  });
});

describe('signing in', () => {
  test('says not what was wrong, and waits after wrong passwords', async () => {
    const wrong = await logIn('the-viewer', 'not the password');
    const unknown = await logIn('nobody-at-all', PASSWORD);
    expect(wrong.json()).toEqual(unknown.json());
    expect(wrong.json()).toMatchObject({ status: 401, code: 'login-wrong' });
    for (let more = 0; more < 5; more++) await logIn('someone', 'not the password');
    const refused = await logIn('someone', 'not the password');
    expect(refused.statusCode).toBe(429);
  });

  test('begins a new session and ends the one that the browser had', async () => {
    const before = await cookieOf('the-viewer');
    const answer = await logIn('the-viewer', PASSWORD, { cookie: before });
    const after = String(answer.headers['set-cookie']);
    expect(after).toMatch(/HttpOnly; SameSite=Strict/);
    expect((await ask('GET', '/api/datasets', { cookie: before })).statusCode).toBe(401);
    const cookie = after.split(';', 1)[0] ?? '';
    expect((await ask('GET', '/api/datasets', { cookie })).statusCode).toBe(200);
  });

  test('out ends the session at once', async () => {
    const cookie = await cookieOf('the-viewer');
    expect((await ask('GET', '/api/session', { cookie })).json()).toEqual({
      accounts: true,
      name: 'the-viewer',
      role: 'viewer',
    });
    await ask('DELETE', '/api/session', { cookie, [PAGE_HEADER]: '1' });
    expect((await ask('GET', '/api/datasets', { cookie })).statusCode).toBe(401);
    expect((await ask('GET', '/api/session', { cookie })).json()).toEqual({
      accounts: true,
      name: null,
      role: null,
    });
  });

  test('is not done by the access token, which programs go on using', async () => {
    const byToken = await harness.app.inject({
      method: 'POST',
      url: '/api/session',
      headers: { host },
      payload: { token: TOKEN },
    });
    expect(byToken.json()).toMatchObject({ code: 'login-wrong' });
    expect((await ask('GET', `/?token=${TOKEN}`)).headers['set-cookie']).toBeUndefined();
    expect((await ask('GET', '/api/datasets', { authorization: `Bearer ${TOKEN}` })).statusCode).toBe(200);
  });
});

describe('the form', () => {
  const form = (fields: Record<string, string>, headers: Record<string, string> = {}, language = 'en') =>
    harness.app.inject({
      method: 'POST',
      url: `/login?lang=${language}`,
      headers: { host, 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams(fields).toString(),
    });
  const origin = `http://${host}`;

  test('signs in, from this server’s own page alone', async () => {
    const fields = { name: 'the-viewer', password: PASSWORD };
    const answer = await form(fields, { origin });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/');
    expect(answer.headers['set-cookie']).toBeDefined();
    for (const headers of [{}, { origin: 'null' }, { origin: 'http://evil.example' }] as Record<
      string,
      string
    >[]) {
      const refused = await form(fields, headers);
      expect(refused.statusCode).toBe(403);
      expect(refused.headers['set-cookie']).toBeUndefined();
    }
  });

  test('says in the language of the page that it was wrong, and shows a name as text', async () => {
    const answer = await form({ name: '"><script>x</script>', password: 'wrong' }, { origin }, 'fr');
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain('Le nom ou le mot de passe est faux.');
    expect(answer.body).toContain('value="&quot;&gt;&lt;script&gt;');
    expect(answer.body).not.toContain('<script');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('is the only route that understands forms', async () => {
    const answer = await harness.app.inject({
      method: 'PUT',
      url: '/api/settings',
      headers: { host, ...asPage('viewer'), 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'theme=dark',
    });
    expect(answer.statusCode).toBe(400);
  });
});

test('settings are of each person, and who made a gesture is what the server knows', async () => {
  const put = (role: Role, theme: string) =>
    harness.app.inject({
      method: 'PUT',
      url: '/api/settings',
      headers: { host, ...asPage(role) },
      payload: { theme },
    });
  await put('annotator', 'light');
  await put('admin', 'dark');
  expect((await ask('GET', '/api/settings', asPage('annotator'))).json()).toEqual({ theme: 'light' });
  const url = `${harness.path(await harness.image('a.jpg'))}/document/entries`;
  const entry = { ...created('e1', testAnnotation('of-e1')), by: 'somebody else' };
  const answer = await harness.app.inject({
    method: 'POST',
    url,
    headers: { host, ...asPage('annotator') },
    payload: { baseSeq: 0, entries: [entry] },
  });
  expect((answer.json() as { entries: { entry: { by: string } }[] }).entries[0]?.entry.by).toBe(
    'the-annotator',
  );
  const told = harness.events.find(({ type }) => type === 'entries');
  expect(JSON.stringify(told)).toContain('"by":"the-annotator"');
});

test('the events of who was signed out end', async () => {
  const id = accounts.begin('the-viewer');
  expect(accounts.of(id)).not.toBeNull();
  accounts.end(id);
  expect((await ask('GET', '/api/events', { cookie: `calque-test=${id}` })).statusCode).toBe(401);
});
