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

test('calls may overlap: nothing is lost, mixed up or out of order', async () => {
  const written: string[] = [];
  const output = new OrderedOutput(async (text) => {
    await new Promise(setImmediate);
    written.push(text);
  });
  await Promise.all([output.put(1, 'bbbb'), output.put(2, 'cc'), output.put(0, 'a'), output.put(3, 'ddd')]);
  await output.put(4, 'e');
  expect(written).toEqual(['a', 'bbbb', 'cc', 'ddd', 'e']);
  await output.close();
});

test('a failure is that of the call that wrote, and the next one is written all the same', async () => {
  const written: string[] = [];
  const output = new OrderedOutput(async (text) => {
    if (text === 'broken') throw new Error('disk full');
    written.push(text);
  });
  await expect(output.put(0, 'broken')).rejects.toThrow('disk full');
  await output.put(0, 'again');
  expect(written).toEqual(['again']);
  await output.close();
});
