import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cookieValueOf } from '../security/access-token.ts';
import { ServerHarness, TOKEN } from '../testing/server-harness.ts';
import { created, testAnnotation } from '../testing/storage-contract.ts';
import { keepAudit } from './keep-audit.ts';
import { LogFile } from './log-file.ts';
import { noLog, openServerLog, SecretKeeper } from './server-log.ts';

type Line = Record<string, unknown>;

let harness: ServerHarness;
const text: string[] = [];
const lines = (): Line[] => text.map((line) => JSON.parse(line) as Line);

describe('the log of a server', () => {
  beforeEach(async () => {
    text.length = 0;
    harness = await ServerHarness.create({
      files: { 'a.jpg': [64, 48] },
      log: { write: (line) => text.push(line) },
    });
  });
  afterEach(() => harness.close());

  const prompt = { box: { x1: 10.125, y1: 8, x2: 40, y2: 30 }, points: [], maskId: null };
  const idOf = async (url: string, headers: Record<string, string>, authorization = `Bearer ${TOKEN}`) =>
    (await harness.app.inject({ url, headers: { host: '127.0.0.1', authorization, ...headers } })).headers[
      'x-request-id'
    ];

  test.each([
    ['an answer', '/api/health', `Bearer ${TOKEN}`],
    ['a refusal', '/api/health', 'Bearer wrong'],
    ['what is not there', '/api/nothing', `Bearer ${TOKEN}`],
    ['the login page', '/login', ''],
    ['the figures', '/metrics', `Bearer ${TOKEN}`],
  ])(
    '%s carries the id of its request, the one that came with it where that is well formed',
    async (_, url, authorization) => {
      expect(await idOf(url, { 'x-request-id': 'run-17.step_4' }, authorization)).toBe('run-17.step_4');
      const own = await idOf(url, { 'x-request-id': 'a b;c' }, authorization);
      expect(own).toMatch(/^[0-9a-f-]{36}$/);
      expect(await idOf(url, { 'x-request-id': 'x'.repeat(65) }, authorization)).toHaveLength(36);
      expect(await idOf(url, {}, authorization)).not.toBe(own);
    },
  );

  test('the id of a request stands in its lines, and reaches the engine with the person', async () => {
    const image = harness.path(await harness.image('a.jpg'));
    await harness.inject('POST', `${image}/predictions`, {
      payload: { prompt, model: 'fake' },
      headers: { 'x-request-id': 'run-17', 'x-calque-page': 'page-3' },
    });
    const ofRequest = lines().filter(({ requestId }) => requestId === 'run-17');
    expect(ofRequest.map(({ msg }) => msg)).toEqual(['encoded', 'predicted', 'POST 200']);
    expect(ofRequest.at(-1)).toMatchObject({
      ...{ level: 'info', person: 'page page-3', status: 200, code: null, path: `${image}/predictions` },
      route: '/api/datasets/:datasetId/images/:imageId/predictions',
    });
    const calls = harness.engines[0]?.backend.calls ?? [];
    expect(calls.map(({ name, requestId }) => [name, requestId])).toEqual([
      ['start', undefined],
      ['read', 'run-17'],
      ['encode', 'run-17'],
      ['decode', 'run-17'],
    ]);
  });

  test('a session leaves no token, no cookie and no prompt in it', async () => {
    const cookie = cookieValueOf(TOKEN);
    const image = harness.path(await harness.image('a.jpg'));
    const visit = (url: string, headers: Record<string, string> = {}) =>
      harness.app.inject({ url, headers: { host: '127.0.0.1', accept: 'text/html', ...headers } });
    await visit(`/?token=${TOKEN}&x=1`);
    await visit(`/?token=${TOKEN.slice(1)}`);
    await visit(`/api/nothing?token=${TOKEN}`, { cookie: `calque-test=${cookie}` });
    await harness.app.inject({
      ...{ method: 'POST', url: '/api/session', headers: { host: '127.0.0.1' }, payload: { token: TOKEN } },
    });
    await harness.inject('POST', `${image}/predictions`, { payload: { prompt, model: 'fake' } });
    const entries = [created('e1', testAnnotation('x', { prompt: { ...prompt, points: [] } }))];
    await harness.inject('POST', `${image}/document/entries`, { payload: { baseSeq: 0, entries } });
    await harness.inject('POST', `${image}/predictions`, { payload: { prompt, model: 'none' } });
    const log = text.join('');
    expect(lines().length).toBeGreaterThan(6);
    for (const secret of [TOKEN, TOKEN.slice(1), cookie, '10.125', '"x1"']) expect(log).not.toContain(secret);
  });

  test('refusals and failures stand out', async () => {
    await harness.inject('GET', '/api/health');
    await harness.inject('GET', '/api/datasets/none');
    expect(lines().map(({ level, status, code }) => [level, status, code])).toEqual([
      ['debug', 200, null],
      ['warn', 404, 'dataset-unknown'],
    ]);
  });

  test('who decided what can be read in pages', async () => {
    const imageId = await harness.image('a.jpg');
    const append = (baseSeq: number, entries: unknown[], id: string) =>
      harness.inject('POST', `${harness.path(imageId)}/document/entries`, {
        payload: { baseSeq, entries },
        headers: { 'x-request-id': id, 'x-calque-page': 'page-3' },
      });
    const [before, after] = [testAnnotation('x'), testAnnotation('x', { revision: 'x-2', review: rejected })];
    await append(0, [created('e1', before)], 'run-1');
    const step = { id: 'e2', at, author: 'p', kind: 'step', gesture: 'reject', changes: [{ before, after }] };
    expect((await append(1, [step], 'run-2')).statusCode).toBe(200);
    await append(2, [{ id: 'e3', at, author: 'p', kind: 'undo', stepId: 'e2' }], 'run-3');
    const read = async (query: string) =>
      (await harness.inject('GET', `/api/datasets/${harness.dataset.id}/audit${query}`)).json();
    const line = { person: 'page page-3', imageId, path: 'a.jpg', annotationId: 'x', entryId: 'e2' };
    expect(await read('?limit=1')).toMatchObject({
      entries: [{ number: 1, requestId: 'run-2', kind: 'reject', reason: 'incomplete', ...line }],
      next: 1,
    });
    expect(await read('?after=1')).toMatchObject({
      entries: [{ number: 2, requestId: 'run-3', kind: 'undo', reason: null, ...line }],
      next: null,
    });
  });

  test('old lines of the audit log are deleted where that is wanted', async () => {
    const forgotten: Date[] = [];
    const storage = { forgetAudit: async (before: Date) => forgotten.push(before) };
    const datasets = { all: () => [{ id: 'd', storage }] };
    const retention = keepAudit(
      { datasets: datasets as never, log: noLog() },
      30,
      () => new Date('2031-03-05T01:02:03.000Z'),
    );
    retention.stop();
    keepAudit({ datasets: datasets as never, log: noLog() }, null).stop();
    await new Promise(setImmediate);
    expect(forgotten).toEqual([new Date('2031-02-03T01:02:03.000Z')]);
  });

  const at = '2031-02-03T04:05:06.789Z';
  const rejected = { status: 'rejected', reason: 'incomplete', note: '' } as const;
});

describe('secrets', () => {
  test('are blanked in fields and in texts, whoever wrote the line', () => {
    const written: string[] = [];
    const secrets = new SecretKeeper();
    secrets.hide('s3cr3t-of-this-very-server');
    const log = openServerLog({ level: 'info', to: { write: (line) => written.push(line) } }, secrets);
    log.info(
      { token: 'abcdefgh', headers: { cookie: 'c', authorization: 'd' } },
      'x s3cr3t-of-this-very-server y',
    );
    log.error({ err: new Error('GET /?token=qwertz1234 failed: Bearer asdf.jkl-7') }, 'failed');
    const all = written.join('');
    for (const secret of ['abcdefgh', '"c"', '"d"', 's3cr3t', 'qwertz', 'asdf'])
      expect(all).not.toContain(secret);
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ token: '…', msg: 'x … y', level: 'info' });
  });
});

describe('a log file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calque-log-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('stays within its size, keeps so many, and loses no line between them', async () => {
    const path = join(folder, 'logs', 'calque.log');
    const failures: Error[] = [];
    const onFailure = (error: Error): void => void failures.push(error);
    for (let run = 0; run < 5; run++) {
      const file = await LogFile.open({ path, maxBytes: 40, keep: 3, onFailure });
      for (const word of ['one', 'two', 'three', 'four']) file.write(`${run} ${word} ${'.'.repeat(11)}\n`);
      await file.close();
    }
    expect(failures).toEqual([]);
    const names = (await readdir(join(folder, 'logs'))).sort();
    expect(names).toEqual(['calque.log', 'calque.log.1', 'calque.log.2', 'calque.log.3']);
    const kept = await Promise.all(
      names.toReversed().map((name) => readFile(join(folder, 'logs', name), 'utf8')),
    );
    const numbers = kept
      .join('')
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' ')[0] + (line.split(' ')[1] ?? ''));
    const all = [0, 1, 2, 3, 4].flatMap((run) => ['one', 'two', 'three', 'four'].map((word) => run + word));
    expect(numbers).toEqual(all.slice(-numbers.length));
  });

  test('one that cannot be made says so', async () => {
    const path = join(folder, 'calque.log');
    const options = {
      path: join(path, 'under', 'a', 'file'),
      maxBytes: 9,
      keep: 1,
      onFailure: () => undefined,
    };
    await (await LogFile.open({ ...options, path })).close();
    await expect(LogFile.open(options)).rejects.toMatchObject({ code: 'log-file-unusable' });
  });
});
