import { expect, test } from 'vitest';
import { SpareMemory } from './spare-memory.ts';

test('what was made ready is given away once', async () => {
  const spare = new SpareMemory();
  await spare.prepare(5000);
  const first = spare.take(5000);
  first.fill(7);
  const second = spare.take(5000);
  second.fill(9);
  expect([first.length, second.length]).toEqual([5000, 5000]);
  expect(first.every((value) => value === 7)).toBe(true);
});

test('another length is served as well', async () => {
  const spare = new SpareMemory();
  await spare.prepare(5000);
  expect(spare.take(6000)).toHaveLength(6000);
  expect(spare.take(0)).toHaveLength(0);
});

test('what is asked for while it is made ready does not wait, and is not given away again', async () => {
  const spare = new SpareMemory();
  const preparing = spare.prepare(3 * 2 ** 20);
  const taken = spare.take(3 * 2 ** 20).fill(7);
  await preparing;
  spare.take(3 * 2 ** 20).fill(9);
  expect(taken.every((value) => value === 7)).toBe(true);
});

test('a length that is asked for later takes the place of the one before', async () => {
  const spare = new SpareMemory();
  const before = spare.prepare(2 ** 22);
  await spare.prepare(5000);
  await before;
  expect(spare.take(5000)).toHaveLength(5000);
});
