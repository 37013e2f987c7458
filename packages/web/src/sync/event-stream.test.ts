import type { ServerEvent } from '@calque/api';
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../editor/testing/fake-clock.ts';
import { createEventStream, type EventSourceLike, type EventStream } from './event-stream.ts';

class FakeSource implements EventSourceLike {
  readyState = 0;
  onopen: EventSourceLike['onopen'] = null;
  onerror: EventSourceLike['onerror'] = null;
  onmessage: EventSourceLike['onmessage'] = null;

  close(): void {
    this.readyState = 2;
  }

  opens(): void {
    this.readyState = 1;
    this.onopen?.(new Event('open'));
  }

  breaks(readyState: 0 | 2): void {
    this.readyState = readyState;
    this.onerror?.(new Event('error'));
  }

  tells(event: ServerEvent): void {
    this.onmessage?.(new MessageEvent('message', { data: JSON.stringify(event) }));
  }
}

const hello: ServerEvent = { type: 'hello', serverId: 'server-1', version: '0.1.0' };

let clock: FakeClock;
let sources: FakeSource[];
let stream: EventStream;
let heard: ServerEvent[];
let states: string[];

beforeEach(() => {
  clock = new FakeClock();
  sources = [];
  stream = createEventStream({
    clock,
    open: () => {
      sources.push(new FakeSource());
      return newest();
    },
  });
  heard = [];
  states = [];
  stream.listen((event) => heard.push(event));
  stream.watch((state) => states.push(state));
});

function newest(): FakeSource {
  const source = sources.at(-1);
  if (source === undefined) throw new Error('nothing was opened');
  return source;
}

describe('the stream of events', () => {
  test('tells what the server tells, and whether it is connected', () => {
    newest().opens();
    newest().tells(hello);
    newest().breaks(0);
    newest().opens();
    expect(heard).toEqual([hello]);
    expect(states).toEqual(['connected', 'reconnecting', 'connected']);
    expect(sources).toHaveLength(1);
  });

  test('that the server refused is opened again, later each time, and at once when told so', async () => {
    newest().breaks(2);
    await clock.advance(400);
    expect(sources).toHaveLength(1);
    await clock.advance(200);
    expect(sources).toHaveLength(2);
    newest().breaks(2);
    await clock.advance(600);
    expect(sources).toHaveLength(2);
    stream.retry();
    expect(sources).toHaveLength(3);
    newest().opens();
    await clock.runOut();
    expect(sources).toHaveLength(3);
    expect(stream.state).toBe('connected');
  });

  test('says nothing of a connection that was given up, and nothing after it was closed', async () => {
    const [first] = sources;
    newest().breaks(2);
    await clock.runOut();
    newest().opens();
    first?.tells(hello);
    first?.breaks(2);
    expect(heard).toEqual([]);
    expect(stream.state).toBe('connected');
    stream.close();
    newest().breaks(2);
    await clock.runOut();
    expect(sources).toHaveLength(2);
  });
});
