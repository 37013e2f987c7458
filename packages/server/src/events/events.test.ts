import { afterEach, describe, expect, test } from 'vitest';
import { ServerHarness, TOKEN } from '../testing/server-harness.ts';
import { EventHub } from './event-hub.ts';

describe('the hub', () => {
  const labels = (datasetId: string) => ({ type: 'labels', datasetId, labels: [] }) as const;

  test('tells who comes back what they missed, and who knows nothing nothing', () => {
    const hub = new EventHub('1.0.0', 5);
    hub.tell(labels('a'));
    hub.tell(labels('b'));
    const fresh = hub.greeting(null);
    expect(fresh.map(({ event }) => event.type)).toEqual(['hello']);
    const back = hub.greeting(5000);
    expect(back.map(({ event }) => ('datasetId' in event ? event.datasetId : event.type))).toEqual([
      'hello',
      'b',
    ]);
    expect(back[0]?.event).toEqual(fresh[0]?.event);
  });

  test('a page that goes on from its greeting misses nothing and gets nothing twice', () => {
    const hub = new EventHub('1.0.0', 5);
    const [hello] = hub.greeting(null);
    hub.tell(labels('a'));
    expect(hub.greeting(hello?.id ?? 0).map(({ event }) => event.type)).toEqual(['hello', 'labels']);
    const last = hub.greeting(hello?.id ?? 0).at(-1)?.id ?? 0;
    expect(hub.greeting(last).map(({ event }) => event.type)).toEqual(['hello']);
  });

  test('names another server where it no longer knows, and after a restart', () => {
    const hub = new EventHub('1.0.0', 5);
    for (let i = 0; i < 3000; i++) hub.tell(labels(String(i)));
    const serverId = (lastId: number) => {
      const [hello] = hub.greeting(lastId);
      return hello?.event.type === 'hello' ? hello.event.serverId : '';
    };
    expect(serverId(5000 + 2999)).toBe(hub.serverId);
    expect(serverId(5000)).not.toBe(hub.serverId);
    expect(serverId(4000)).not.toBe(hub.serverId);
    expect(hub.greeting(5000)).toHaveLength(1);
    expect(new EventHub('1.0.0').serverId).not.toBe(hub.serverId);
  });
});

describe('the stream', () => {
  let harness: ServerHarness;
  afterEach(() => harness.close());

  test('says hello, tells what happens, and ends with the server', async () => {
    harness = await ServerHarness.create();
    const address = await harness.app.listen({ host: '127.0.0.1', port: 0 });
    const response = await fetch(`${address}/api/events?page=p1`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const read = async () => (await reader?.read())?.value ?? '';
    expect(await read()).toMatch(/^id: \d+\ndata: \{"type":"hello"/);
    await harness.client.call('changeSettings', { body: { theme: 'dark' } });
    expect(await read()).toContain('"theme":"dark"');
    await harness.app.close();
    expect((await reader?.read())?.done).toBe(true);
  });
});
