import { afterEach, describe, expect, test } from 'vitest';
import { ServerHarness } from '../testing/server-harness.ts';

let harness: ServerHarness;
afterEach(() => harness.close());

/** A server whose model answers when the test says so. */
async function slowServer(limits: Parameters<typeof ServerHarness.create>[0] = {}) {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  harness = await ServerHarness.create({
    ...{ files: { 'a.jpg': [64, 48] } },
    engine: { before: ({ name }) => (name === 'decode' ? opened : undefined) },
    ...limits,
  });
  const url = `${harness.path(await harness.image('a.jpg'))}/predictions`;
  const payload = {
    prompt: { box: { x1: 10, y1: 8, x2: 40, y2: 30 }, points: [], maskId: null },
    model: 'fake',
  };
  const ask = (page: string) =>
    harness.inject('POST', url, {
      payload: { ...payload, preview: true },
      headers: { 'x-calque-page': page },
    });
  /** Resolves when as many are under way as the test has asked for. */
  const underWay = async (count: number): Promise<void> => {
    const [engine] = await Promise.all([harness.parts.models.engine('fake', new AbortController().signal)]);
    while (engine.load.waiting + engine.load.running < count) await new Promise(setImmediate);
  };
  return { open, ask, underWay };
}

describe('a server with too much to do', () => {
  test('tells everybody to come back when there are too many requests at once', async () => {
    const { open, ask, underWay } = await slowServer({ limits: { requestsAtOnce: 2 } });
    const asked = [ask('p1'), ask('p2')];
    await underWay(2);
    const refused = await ask('p3');
    expect(refused.statusCode).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(refused.json()).toMatchObject({ code: 'server-busy' });
    expect((await harness.app.inject({ url: '/livez' })).statusCode).toBe(200);
    open();
    expect((await Promise.all(asked)).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect((await ask('p3')).statusCode).toBe(200);
  });

  test('tells one person to come back who has too many, and answers the others', async () => {
    const { open, ask, underWay } = await slowServer({ limits: { requestsOfPersonAtOnce: 2 } });
    const asked = [ask('p1'), ask('p1')];
    await underWay(2);
    const refused = await ask('p1');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
    const other = ask('p2');
    await underWay(3);
    open();
    expect((await Promise.all([...asked, other])).map(({ statusCode }) => statusCode)).toEqual([
      200, 200, 200,
    ]);
    expect((await ask('p1')).statusCode).toBe(200);
  });

  test('gives up an answer that takes too long', async () => {
    const { open, ask } = await slowServer({ limits: { answerMs: 40 } });
    const late = await ask('p1');
    expect(late.statusCode).toBe(504);
    expect(late.json()).toMatchObject({ code: 'time-exceeded', details: { limitMs: 40 } });
    open();
  });
});

describe('probes', () => {
  const probe = async (url: string) => {
    const answer = await harness.app.inject({ url, headers: { host: '10.1.2.3:8511' } });
    return [answer.statusCode, answer.json()];
  };

  test('say without a token that the server lives, and whether prompts can be answered', async () => {
    harness = await ServerHarness.create();
    expect(await probe('/livez')).toEqual([200, { status: 'live' }]);
    expect(await probe('/readyz')).toEqual([503, { status: 'starting' }]);
    await harness.parts.models.prepareDefault();
    expect(await probe('/readyz')).toEqual([200, { status: 'ready' }]);
    harness.parts.lifecycle.beginToClose();
    expect(await probe('/readyz')).toEqual([503, { status: 'closing' }]);
    expect(await probe('/livez')).toEqual([200, { status: 'live' }]);
  });

  test('open no other door', async () => {
    harness = await ServerHarness.create();
    for (const url of ['/livez/', '/livez/../api/health', '//readyz', '/metrics'])
      expect(
        (await harness.app.inject({ url, headers: { host: '127.0.0.1' } })).statusCode,
        url,
      ).toBeGreaterThan(400);
    const posted = await harness.app.inject({
      method: 'POST',
      url: '/livez',
      headers: { host: '127.0.0.1' },
    });
    expect(posted.statusCode).toBe(401);
  });
});
