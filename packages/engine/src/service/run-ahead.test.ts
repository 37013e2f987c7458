import { describe, expect, test } from 'vitest';
import { runAhead } from './run-ahead.ts';

/** Work that ends when the test says so. */
function harness(items: readonly string[], ahead: number) {
  const log: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const done = runAhead(items, {
    ahead,
    work: async (item, index) => {
      log.push(`begin ${item}`);
      await new Promise<void>((resolve, reject) => {
        ends.set(item, (error) => (error === undefined ? resolve() : reject(error)));
      });
      return `${index}:${item}`;
    },
    onResult: (result) => log.push(result),
  });
  done.catch(() => undefined);
  const end = async (item: string, error?: Error): Promise<void> => {
    ends.get(item)?.(error);
    await new Promise(setImmediate);
  };
  return { log, done, end };
}

describe('work on a list', () => {
  test('has so many items under way, and hands results on in their order', async () => {
    const { log, done, end } = harness(['a', 'b', 'c'], 2);
    expect(log).toEqual(['begin a', 'begin b']);
    await end('b');
    expect(log).toEqual(['begin a', 'begin b', 'begin c']);
    await end('a');
    expect(log.slice(3)).toEqual(['0:a', '1:b']);
    await end('c');
    await expect(done).resolves.toEqual(['0:a', '1:b', '2:c']);
    expect(log.slice(5)).toEqual(['2:c']);
  });

  test('ends with the first failure: nothing begins or is handed on after it', async () => {
    const { log, done, end } = harness(['a', 'b', 'c'], 2);
    await end('b', new Error('broken'));
    await expect(done).rejects.toThrow('broken');
    await end('a');
    expect(log).toEqual(['begin a', 'begin b']);
  });
});
