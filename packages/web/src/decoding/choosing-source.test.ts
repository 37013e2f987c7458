import type { ServerEvent } from '@calque/api';
import { CalqueError } from '@calque/core';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DecodePlace } from '../editor/editor-state.ts';
import { IMAGE_SHA256 } from '../editor/testing/fake-answers.ts';
import { FakeClock } from '../editor/testing/fake-clock.ts';
import { fakeImage, unreachable, withStatus } from '../editor/testing/fake-server.ts';
import { startTranslation } from '../i18n/index.ts';
import type { ConnectionState } from '../sync/server-events.ts';
import { ChoosingSource } from './choosing-source.ts';
import type { DecoderAnswer } from './decoder.ts';
import { FakeBrowserDecoders, FakePlace } from './testing/fake-places.ts';

let clock: FakeClock;
let server: FakePlace;
let browser: FakeBrowserDecoders;
let events: FakeEvents;
let source: ChoosingSource;

class FakeEvents {
  readonly state = 'connected';
  #watcher: (state: ConnectionState) => void = () => {};
  #listener: (event: ServerEvent) => void = () => {};

  listen(listener: (event: ServerEvent) => void): () => void {
    this.#listener = listener;
    return () => {};
  }

  watch(watcher: (state: ConnectionState) => void): () => void {
    this.#watcher = watcher;
    return () => {};
  }

  become(state: ConnectionState): void {
    this.#watcher(state);
  }

  tell(event: ServerEvent): void {
    this.#listener(event);
  }
}

function open(options: { wanted?: DecodePlace['wanted']; isolated?: boolean } = {}): ChoosingSource {
  const { wanted = 'measured', isolated = true } = options;
  return new ChoosingSource({
    image: fakeImage,
    model: 'tiny',
    wanted,
    server,
    browser,
    events,
    clock,
    isolated,
  });
}

beforeEach(() => {
  clock = new FakeClock();
  server = new FakePlace('server', clock, 90);
  browser = new FakeBrowserDecoders(clock, 40);
  events = new FakeEvents();
  source = open();
});

/** As the editor asks, until the answer or the error is there. */
async function ask(x1 = 2, controller = new AbortController()): Promise<DecoderAnswer> {
  const question = {
    datasetId: 'dataset-1',
    imageId: 'image-1',
    model: 'tiny',
    prompt: { box: { x1, y1: 1, x2: 9, y2: 7 }, points: [], maskId: null },
    annotationId: 'object-3',
    preview: false,
  };
  const masks = { readMask: () => Promise.reject(new Error('none')), maskWritten: async () => undefined };
  const answer = source.decoder.predict(question, { signal: controller.signal, masks });
  const settled = answer.then(
    () => undefined,
    () => undefined,
  );
  await Promise.all([settled, clock.advance(1000)]);
  return answer;
}

const crashed = new CalqueError({ code: 'engine-crashed', message: 'the worker ended', remedy: 'None.' });

describe('where prompts are answered', () => {
  test('is the server, until the image is encoded and the browser is ready', async () => {
    expect((await ask()).prediction.where).toBe('server');
    expect(source.place).toEqual({
      wanted: 'measured',
      used: 'server',
      reason: { key: 'decode.reason.preparing', values: {} },
    });
    expect(browser.prepared).toBe(0);
    source.encoded('tiny');
    await clock.runOut();
    expect(browser.prepared).toBe(1);
  });

  test('is the browser where it is faster, with the times as the reason', async () => {
    let told = 0;
    source.watch(() => told++);
    source.encoded('tiny');
    await clock.runOut();
    expect(source.place).toEqual({
      wanted: 'measured',
      used: 'browser',
      reason: {
        key: 'decode.reason.browser-faster',
        values: { serverMs: 90, browserMs: 40, runtime: 'threads', threads: 2 },
      },
    });
    expect(told).toBeGreaterThan(0);
    expect((await ask()).prediction.where).toBe('browser');
  });

  test('stays the server where the browser is slower, or hardly faster', async () => {
    browser.place.tookMs = 85;
    source.encoded('tiny');
    await clock.runOut();
    expect(source.place).toMatchObject({ used: 'server', reason: { key: 'decode.reason.server-faster' } });
    expect((await ask()).prediction.where).toBe('server');
  });

  test('is measured by previews alone: nothing of it comes on record', async () => {
    source.encoded('tiny');
    await clock.runOut();
    expect([...server.asked, ...browser.place.asked].every(({ preview }) => preview)).toBe(true);
    expect([server.asked.length, browser.place.asked.length]).toEqual([3, 3]);
  });

  test('waits with measuring until nothing was asked for a second', async () => {
    source.encoded('tiny');
    for (let i = 0; i < 3; i++) {
      await clock.advance(600);
      const answer = source.decoder.predict(
        {
          datasetId: 'dataset-1',
          imageId: 'image-1',
          model: 'tiny',
          prompt: { box: null, points: [{ x: i + 0.5, y: 3.5, label: 'foreground' }], maskId: null },
          annotationId: null,
          preview: true,
        },
        { signal: new AbortController().signal, masks: { readMask: never, maskWritten: never } },
      );
      await Promise.all([answer, clock.advance(90)]);
    }
    expect(browser.prepared).toBe(0);
    await clock.runOut();
    expect(browser.prepared).toBe(1);
  });

  test('changes when the way to the server becomes slow', async () => {
    browser.place.tookMs = 100;
    source.encoded('tiny');
    await clock.runOut();
    expect(source.place.used).toBe('server');
    server.tookMs = 700;
    for (let i = 0; i < 3; i++) await ask(i);
    // Answers of the browser are not known yet: measuring again finds out.
    await clock.advance(60_000);
    await ask(4);
    await clock.runOut();
    expect(source.place).toMatchObject({ used: 'browser', reason: { values: { browserMs: 100 } } });
  });

  test('is measured again for an image that is another one', async () => {
    source.encoded('tiny');
    await clock.runOut();
    browser.sha256 = 'ef'.repeat(32);
    events.tell({ type: 'image', image: { ...fakeImage, sha256: IMAGE_SHA256 } });
    expect(source.place.used).toBe('browser');
    events.tell({ type: 'image', image: { ...fakeImage, sha256: browser.sha256 } });
    expect(source.place.used).toBe('server');
    await clock.runOut();
    expect(browser.prepared).toBe(2);
    expect(source.place.used).toBe('browser');
  });
});

describe('the person', () => {
  test('who chose the server has nothing loaded', async () => {
    source = open({ wanted: 'server' });
    source.encoded('tiny');
    await clock.runOut();
    expect(browser.prepared).toBe(0);
    expect(source.place.reason.key).toBe('decode.reason.only-server');
  });

  test('can change the place at any time, and the times are said all the same', async () => {
    source.encoded('tiny');
    await clock.runOut();
    source.want('server');
    expect(source.place).toMatchObject({ wanted: 'server', used: 'server' });
    expect(source.place.reason).toMatchObject({ key: 'decode.reason.wanted', values: { browserMs: 40 } });
    expect((await ask()).prediction.where).toBe('server');
    source.want('browser');
    expect((await ask(3)).prediction.where).toBe('browser');
  });

  test('who chose a slow browser gets it, once it is ready', async () => {
    browser.place.tookMs = 400;
    source = open({ wanted: 'browser' });
    expect((await ask()).prediction.where).toBe('server');
    source.encoded('tiny');
    await clock.runOut();
    expect(source.place).toMatchObject({ wanted: 'browser', used: 'browser' });
  });

  test.each([
    ['webgpu', { provider: 'webgpu', threads: 2 }, true],
    ['one-thread', { provider: 'wasm', threads: 1 }, true],
    ['not-isolated', { provider: 'wasm', threads: 1 }, false],
  ])('is told what runs in the browser: %s', async (runtime, loaded, isolated) => {
    browser.runtime = loaded;
    source = open({ isolated });
    source.encoded('tiny');
    await clock.runOut();
    expect(source.place.reason.values['runtime']).toBe(runtime);
  });

  test('reads why in the language of the page', async () => {
    source.encoded('tiny');
    await clock.runOut();
    const { key, values } = source.place.reason;
    expect(startTranslation('en').t(key, values)).toBe(
      'This browser answers in 40 ms (WebAssembly, 2 threads), the server in 90 ms.',
    );
    expect(startTranslation('fr').t(key, values)).toBe(
      'Ce navigateur répond en 40 ms (WebAssembly, 2 fils d’exécution), le serveur en 90 ms.',
    );
  });
});

describe('a prompt', () => {
  test('is answered by the browser when the server has gone, and by the server when it is back and faster', async () => {
    browser.place.tookMs = 200;
    source.encoded('tiny');
    await clock.runOut();
    server.failure = unreachable();
    expect((await ask()).prediction.where).toBe('browser');
    expect(source.place).toMatchObject({ used: 'browser', reason: { key: 'decode.reason.server-gone' } });
    server.failure = null;
    events.become('connected');
    await clock.runOut();
    expect((await ask(3)).prediction.where).toBe('server');
  });

  test('does not wait for a server that is known to be gone', async () => {
    browser.place.tookMs = 200;
    source.encoded('tiny');
    await clock.runOut();
    const before = server.asked.length;
    events.become('reconnecting');
    expect((await ask()).prediction.where).toBe('browser');
    expect(server.asked).toHaveLength(before);
  });

  test('is refused by nobody but the server where the browser has no decoder', async () => {
    server.failure = unreachable();
    await expect(ask()).rejects.toThrow('nothing answers');
  });

  test('is answered by the server when the worker crashes, and another worker is started', async () => {
    source.encoded('tiny');
    await clock.runOut();
    browser.place.failure = crashed;
    const answer = await ask();
    expect(answer.prediction.where).toBe('server');
    expect(source.place).toMatchObject({
      used: 'server',
      reason: { key: 'decode.reason.browser-failed', values: { code: 'engine-crashed' } },
    });
    browser.place.failure = null;
    await clock.runOut();
    expect(browser.prepared).toBe(2);
    expect(source.place.used).toBe('browser');
  });

  test('never goes to a worker that crashed twice, until the person asks for it', async () => {
    source.encoded('tiny');
    await clock.runOut();
    browser.place.failure = crashed;
    await ask();
    await clock.runOut();
    expect(browser.prepared).toBe(2);
    await clock.advance(120_000);
    await ask(3);
    await clock.runOut();
    expect(browser.prepared).toBe(2);
    browser.place.failure = null;
    source.want('browser');
    await clock.runOut();
    expect(source.place.used).toBe('browser');
  });

  test('that any decoder would refuse is refused at once', async () => {
    source.encoded('tiny');
    await clock.runOut();
    browser.place.failure = withStatus('point-outside-image', 400);
    await expect(ask()).rejects.toMatchObject({ code: 'point-outside-image' });
    expect(server.questions).toEqual([]);
    expect(source.place.used).toBe('browser');
  });

  test('that was called off is asked of nobody else', async () => {
    source.encoded('tiny');
    await clock.runOut();
    browser.place.failure = crashed;
    const controller = new AbortController();
    clock.after(10, () => controller.abort());
    await expect(ask(2, controller)).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.questions).toEqual([]);
    expect(source.place.used).toBe('browser');
  });
});

describe('a model', () => {
  test('whose decoder pages cannot open is asked on the server, and that is said', async () => {
    browser.failure = withStatus('browser-decoder-impossible', 0);
    source.encoded('tiny');
    await clock.runOut();
    expect(browser.prepared).toBe(1);
    expect(source.place.reason.key).toBe('decode.reason.not-here');
    expect((await ask()).prediction.where).toBe('server');
  });

  test('that cannot be fetched while the server is away is fetched when it is back', async () => {
    browser.failure = unreachable();
    source.encoded('tiny');
    await clock.advance(5000);
    expect(source.place.reason.key).toBe('decode.reason.preparing');
    browser.failure = null;
    await clock.runOut();
    expect(source.place.used).toBe('browser');
  });
});

test('an image that is left ends what was under way for it', async () => {
  source.encoded('tiny');
  await clock.advance(1200);
  expect(browser.prepared).toBe(1);
  source.close();
  await clock.runOut();
  expect(browser.place.asked).toEqual([]);
});

const never = () => Promise.reject(new Error('not asked here'));
