import { expect, test } from 'vitest';
import { countMemoryKills, watchMemoryKills } from './memory-kills.ts';

test('a kill for lack of memory is seen once, when the count has grown', () => {
  const counts = [7, 7, 9, 9];
  const wasKilled = watchMemoryKills(() => counts.shift() ?? null);
  expect([wasKilled(), wasKilled(), wasKilled()]).toEqual([false, true, false]);
});

test('where the system does not tell, nothing is said to be one', () => {
  const wasKilled = watchMemoryKills(() => null);
  expect(wasKilled()).toBe(false);
});

test.skipIf(process.platform !== 'linux')('Linux tells', () => {
  expect(countMemoryKills()).toEqual(expect.any(Number));
});
