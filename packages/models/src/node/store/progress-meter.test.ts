import { expect, test } from 'vitest';
import { ProgressMeter } from './progress-meter.ts';
import type { PullEvent } from './pull-event.ts';

function meterAt(clock: { ms: number }): { meter: ProgressMeter; events: PullEvent[] } {
  const events: PullEvent[] = [];
  return {
    meter: new ProgressMeter(
      'm',
      1000,
      (event) => events.push(event),
      () => clock.ms,
    ),
    events,
  };
}

test('The rate counts from the first bytes, and the remaining time follows from it', () => {
  const clock = { ms: 5000 };
  const { meter, events } = meterAt(clock);
  meter.restart();
  clock.ms = 9000;
  meter.receive('a', 100);
  clock.ms = 9500;
  meter.receive('b', 150);
  expect(events).toEqual([
    { kind: 'progress', id: 'm', file: 'a', bytes: 100, totalBytes: 1000, bytesPerSecond: 0 },
    {
      kind: 'progress',
      id: 'm',
      file: 'b',
      bytes: 250,
      totalBytes: 1000,
      bytesPerSecond: 300,
      remainingMs: 2500,
    },
  ]);
});

test('A listener hears of it ten times a second, not at every chunk', () => {
  const clock = { ms: 0 };
  const { meter, events } = meterAt(clock);
  for (clock.ms = 0; clock.ms < 1000; clock.ms += 5) meter.receive('a', 1);
  expect(events).toHaveLength(10);
});

test('Bytes of an earlier pull count as there, not as received', () => {
  const clock = { ms: 0 };
  const { meter, events } = meterAt(clock);
  meter.place('a', 600);
  meter.receive('a', 20);
  clock.ms = 200;
  meter.receive('a', 30);
  expect(events.at(-1)).toMatchObject({ bytes: 650, bytesPerSecond: 150 });
});
