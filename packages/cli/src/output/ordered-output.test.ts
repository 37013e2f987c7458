import { expect, test } from 'vitest';
import { OrderedOutput } from './ordered-output.ts';

test('texts are passed on in the order of their indices, each as soon as it can be', async () => {
  const written: string[] = [];
  const output = new OrderedOutput(async (text) => {
    written.push(text);
  });
  await output.put(2, 'two é');
  await output.put(4, 'four');
  await output.put(1, null);
  expect(written).toEqual([]);
  await output.put(0, 'zero');
  expect(written).toEqual(['zero', 'two é']);
  await output.put(3, 'three');
  expect(written).toEqual(['zero', 'two é', 'three', 'four']);
  await output.close();
});
