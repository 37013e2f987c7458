import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { whenAborted } from './when-aborted.ts';

describe('waiting for a signal to abort', () => {
  const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

  test('calls everybody back once, in the order they came', () => {
    const controller = new AbortController();
    const log: string[] = [];
    whenAborted(controller.signal, () => log.push('first'));
    whenAborted(controller.signal, () => log.push('second'));
    controller.abort();
    controller.abort();
    expect(log).toEqual(['first', 'second']);
    expect(listeners(controller.signal)).toBe(0);
  });

  test('takes one listener, which goes with the last who waits', () => {
    const { signal } = new AbortController();
    const stops = Array.from({ length: 30 }, () => whenAborted(signal, () => undefined));
    expect(listeners(signal)).toBe(1);
    for (const stop of stops) stop();
    expect(listeners(signal)).toBe(0);
    stops[0]?.();
    whenAborted(signal, () => undefined);
    stops[1]?.();
    expect(listeners(signal)).toBe(1);
  });

  test('who left is not called, also when another one sends them away', () => {
    const controller = new AbortController();
    const log: string[] = [];
    whenAborted(controller.signal, () => {
      log.push('first');
      leave();
    });
    const leave = whenAborted(controller.signal, () => log.push('second'));
    controller.abort();
    expect(log).toEqual(['first']);
  });

  test('the same function waits as often as it is given', () => {
    const controller = new AbortController();
    let calls = 0;
    const count = (): number => calls++;
    whenAborted(controller.signal, count);
    whenAborted(controller.signal, count)();
    controller.abort();
    expect(calls).toBe(1);
  });
});
