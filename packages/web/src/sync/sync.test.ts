import { describe, expect, test } from 'vitest';
import { FakeClock } from '../editor/testing/fake-clock.ts';
import { FakeServer } from '../editor/testing/fake-server.ts';
import { MemoryQueueStore } from '../editor/testing/memory-queue-store.ts';
import { openPage } from '../editor/testing/open-page.ts';
import { createSync } from './sync.ts';

describe('work on an image that is not open any more', () => {
  test('is sent when the page starts', async () => {
    const clock = new FakeClock();
    const server = new FakeServer(clock);
    const store = new MemoryQueueStore();
    const page = openPage(server, { name: 'page', store });
    await clock.runOut();
    server.stop();
    page.editor.addPoint({ x: 3.5, y: 2.5 }, 'foreground');
    await clock.advance(100);
    page.kill();
    server.start();
    const connection = server.connect();
    const sync = createSync({ client: connection, store, clock, events: connection, onReport: () => {} });
    await sync.resume();
    expect(sync.unsent()).toBe(0);
    await clock.runOut();
    expect(server.log).toHaveLength(1);
    expect(await store.images()).toEqual([]);
  });

  test('is sent on after the image was left, and then forgotten', async () => {
    const clock = new FakeClock();
    const server = new FakeServer(clock);
    const page = openPage(server, { name: 'page', store: new MemoryQueueStore() });
    await clock.runOut();
    server.stop();
    page.editor.addPoint({ x: 3.5, y: 2.5 }, 'foreground');
    const closed = page.editor.close();
    await clock.advance(1000);
    await closed;
    expect(page.sync.unsent()).toBe(1);
    server.start();
    await clock.runOut();
    expect(page.sync.unsent()).toBe(0);
    expect(server.log).toHaveLength(1);
    server.calls.length = 0;
    page.sync.resync();
    await clock.runOut();
    expect(server.calls).toEqual([]);
  });

  test('opened again meanwhile is the same work, not another one', async () => {
    const clock = new FakeClock();
    const server = new FakeServer(clock);
    const page = openPage(server, { name: 'page', store: new MemoryQueueStore() });
    await clock.runOut();
    server.stop();
    page.editor.addPoint({ x: 3.5, y: 2.5 }, 'foreground');
    const closed = page.editor.close();
    await clock.advance(100);
    await closed;
    const again = page.sync.open('dataset-1', 'image-1');
    expect(again.state.document.annotations.size).toBe(1);
  });
});
