import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReadyMemory } from './ready-memory.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-ready-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(value: number, length = 3_000_000): Promise<string> {
  const path = join(folder, `${value}`);
  await writeFile(path, new Uint8Array(length).fill(value));
  return path;
}

const holds = (bytes: Uint8Array, value: number): boolean => bytes.every((found) => found === value);

test('what was read stays what it is, whatever is read and made ready after it', async () => {
  const memory = new ReadyMemory();
  const read: Uint8Array[] = [];
  for (const value of [1, 2, 3]) {
    read.push(await memory.readFile(await file(value)));
    await memory.settled();
  }
  expect(read.map((bytes, i) => holds(bytes, i + 1))).toEqual([true, true, true]);
  expect(new Set(read.map(({ buffer }) => buffer)).size).toBe(3);
});

test('memory is ready once nobody reads, and the next file takes it', async () => {
  const memory = new ReadyMemory();
  await memory.readFile(await file(1));
  expect(memory.readyBytes).toBe(0);
  await memory.settled();
  expect(memory.readyBytes).toBe(3_000_000);
  await memory.readFile(await file(2));
  expect(memory.readyBytes).toBe(0);
  await memory.settled();
  expect(memory.readyBytes).toBe(3_000_000);
});

test('files that come one upon the other, before memory is ready, are read as well', async () => {
  const memory = new ReadyMemory();
  const paths = await Promise.all([1, 2, 3].map((value) => file(value)));
  const read = await Promise.all(paths.map((path) => memory.readFile(path)));
  await memory.settled();
  expect(read.map((bytes, i) => holds(bytes, i + 1))).toEqual([true, true, true]);
});

test('a file of another size is read as well, and an empty one', async () => {
  const memory = new ReadyMemory();
  for (const length of [3_000_000, 5000, 0, 4_000_000]) {
    const bytes = await memory.readFile(await file(7, length));
    expect(bytes.length).toBe(length);
    expect(holds(bytes, 7)).toBe(true);
    await memory.settled();
    expect(memory.readyBytes).toBe(length);
  }
});

test('a file that is deleted while memory is made ready is not missed', async () => {
  const memory = new ReadyMemory();
  const path = await file(1);
  const bytes = await memory.readFile(path);
  await rm(path);
  await memory.settled();
  expect(holds(bytes, 1)).toBe(true);
  await expect(memory.readFile(path)).rejects.toMatchObject({ code: 'ENOENT' });
});
