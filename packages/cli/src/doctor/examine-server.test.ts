import { describe, expect, test } from 'vitest';
import { SOFTWARE } from '../version.ts';
import { examineServer, type ServerReport } from './examine-server.ts';
import { serverText } from './server-text.ts';

const nowMs = Date.UTC(2031, 1, 3, 4, 5, 6);

interface Situation {
  readonly health?: object;
  readonly diagnosis?: object;
  /** Answers instead of the usual ones, by path. */
  readonly answers?: Readonly<Record<string, () => Response>>;
}

const dataset = {
  id: 'd1',
  name: 'photos',
  folder: '/data/photos',
  writable: true,
  sizeBytes: 4096,
  checked: true,
  problem: null,
  freeBytes: 5e10,
};

function examine(
  { health = {}, diagnosis = {}, answers = {} }: Situation,
  address = 'http://127.0.0.1:8511/?token=abc',
) {
  const asked: { readonly path: string; readonly authorization: string | null }[] = [];
  const usual: Readonly<Record<string, unknown>> = {
    '/api/session': { accounts: false, name: null, role: 'admin' },
    '/api/health': {
      status: 'ok',
      version: SOFTWARE.version,
      models: [{ id: 'tiny', status: 'ready' }],
      ...health,
    },
    '/api/diagnosis': {
      version: SOFTWARE.version,
      at: new Date(nowMs).toISOString(),
      home: { folder: '/home/ada/.cache/calque', freeBytes: 4e10 },
      datasets: [dataset],
      ...diagnosis,
    },
  };
  const fetch = (async (url: URL, { headers }: { headers: Record<string, string> }) => {
    asked.push({ path: url.pathname, authorization: headers['authorization'] ?? null });
    return answers[url.pathname]?.() ?? Response.json(usual[url.pathname]);
  }) as unknown as typeof globalThis.fetch;
  const options = {
    address: new URL(address),
    token: null,
    now: () => new Date(nowMs),
    signal: AbortSignal.timeout(60_000),
    fetch,
  };
  return examineServer(options).then((report) => ({ report, asked }));
}

const said = ({ problems, warnings }: ServerReport): string =>
  [...problems, ...warnings].map(({ what, remedy }) => `${what}. ${remedy}`).join('\n');

describe('a server that runs', () => {
  test('and is well is in order, and is asked with the token of its address', async () => {
    const { report, asked } = await examine({});
    expect(report.ok).toBe(true);
    expect(said(report)).toBe('');
    expect(asked.every(({ authorization }) => authorization === 'Bearer abc')).toBe(true);
    const text = serverText(report);
    expect(text).toContain('everything is in order');
    expect(text).toContain('photos (/data/photos): database whole');
    expect(text).not.toContain('abc');
  });

  test.each<[string, Situation, RegExp]>([
    [
      'wants another token',
      { answers: { '/api/health': () => problem(401, 'access-denied') } },
      /does not take this token.*CALQUE_TOKEN/,
    ],
    ['is another program', { answers: { '/api/session': () => new Response('<html>') } }, /is not Calque/],
    [
      'is older',
      { answers: { '/api/diagnosis': () => problem(404, 'path-unknown') } },
      /older than this command/,
    ],
    [
      'has a damaged database',
      { diagnosis: { datasets: [{ ...dataset, problem: 'row 7 missing' }] } },
      /row 7 missing.*calque restore/,
    ],
    [
      'has a full disk',
      { diagnosis: { datasets: [{ ...dataset, freeBytes: 2e8 }] } },
      /200 MB are free.*Free some space/,
    ],
    [
      'could not load its model',
      {
        health: {
          status: 'degraded',
          models: [
            { id: 'tiny', status: 'failed', problem: { detail: 'no source', remedy: 'Name a mirror' } },
          ],
        },
      },
      /tiny is not ready: no source.*Name a mirror/,
    ],
    [
      'refuses for another reason',
      { answers: { '/api/health': () => problem(403, 'host-not-allowed') } },
      /the server refuses/,
    ],
  ])('but %s has a problem, with what to do', async (_what, situation, expected) => {
    const { report } = await examine(situation);
    expect(report.ok).toBe(false);
    expect(said(report)).toMatch(expected);
    expect(serverText(report)).toContain('problem: ');
  });

  test.each<[string, Situation, RegExp]>([
    [
      'whose clock is ahead',
      { diagnosis: { at: new Date(nowMs + 90_000).toISOString() } },
      /differ by 90 s; the server's is ahead/,
    ],
    [
      'whose clock is behind',
      { diagnosis: { at: new Date(nowMs - 30_000).toISOString() } },
      /differ by 30 s; the server's is behind/,
    ],
    ['of another version', { health: { version: '9.9.9' } }, /of version 9\.9\.9/],
    ['that still loads', { health: { status: 'starting' } }, /not ready yet/],
    [
      'with a folder that may not be written',
      { diagnosis: { datasets: [{ ...dataset, writable: false }] } },
      /may not be written/,
    ],
  ])('%s is in order with a warning', async (_what, situation, expected) => {
    const { report } = await examine(situation);
    expect(report.ok).toBe(true);
    expect(said(report)).toMatch(expected);
  });

  test('that nobody reaches says where to look', async () => {
    const fetch = (() => {
      const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
      return Promise.reject(new TypeError('fetch failed', { cause }));
    }) as unknown as typeof globalThis.fetch;
    const options = { token: null, now: () => new Date(nowMs), signal: AbortSignal.timeout(60_000), fetch };
    const near = await examineServer({ ...options, address: new URL('http://127.0.0.1:8511') });
    expect(near.reachable).toBe(false);
    expect(said(near)).toMatch(/nothing answers at http:\/\/127\.0\.0\.1:8511 \(ECONNREFUSED\).*tunnel/);
    const far = await examineServer({ ...options, address: new URL('http://node7:8511') });
    expect(said(far)).toMatch(/--host.*firewall/);
  });
});

function problem(status: number, code: string): Response {
  return Response.json({ status, code, title: code, detail: 'as it says' }, { status });
}
