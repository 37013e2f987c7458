import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCalqueError } from '@calque/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PublishedCheckpoint } from '../../manifest/published-checkpoints.ts';
import { floatTensor, writeTorchFile } from '../checkpoint/testing/write-torch-file.ts';
import { SAM2_MICRO } from '../convert/testing/golden.ts';
import { createModelStore, type ModelStore } from './model-store.ts';
import type { PullEvent } from './pull-event.ts';
import { startFileServer } from './testing/file-server.ts';
import { decoderName, encoderName, tinyFiles, tinyModel } from './testing/tiny-model.ts';

const golden = (path: string): string =>
  fileURLToPath(new URL(`../../../../../fixtures/golden/${path}`, import.meta.url));
const sam1 = golden('sam1-micro/sam1-micro.pth');
const sam2 = golden('sam2-micro/sam2-micro.pt');
const sam2Config = { variant: 'micro', ...SAM2_MICRO };

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'calque-import-'));
});
afterEach(async () => rm(home, { recursive: true, force: true }));

const builtIn = tinyModel([
  { kind: 'https', urls: { [encoderName]: 'https://none', [decoderName]: 'https://none' } },
]);

function store(checkpoints: readonly PublishedCheckpoint[] = [], mirror?: string): ModelStore {
  return createModelStore({
    home,
    env: {},
    manifests: [builtIn],
    checkpoints,
    ...(mirror === undefined ? {} : { mirror }),
  });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: unknown) => (isCalqueError(error) ? error.code : String(error)),
  );
}

describe('A checkpoint becomes a model', () => {
  test('that is used by its name, as any other', async () => {
    const events: PullEvent[] = [];
    const model = await store().import({ paths: [sam1] }, { onProgress: (event) => events.push(event) });
    expect(model.manifest).toMatchObject({
      id: 'sam-vit-48x4',
      family: 'sam1',
      interface: 'calque',
      input: { size: { width: 256, height: 256 }, fit: 'pad', logits: { width: 64, height: 64 } },
      licence: { spdx: 'NOASSERTION' },
      imported: { files: [{ name: 'sam1-micro.pth', sizeBytes: 943_387 }], precision: 'fp32' },
    });
    expect(events.some(({ kind }) => kind === 'converting')).toBe(true);
    // Another process finds it.
    expect((await store().list()).map(({ manifest, state }) => [manifest.id, state])).toEqual([
      ['tiny-sam', 'absent'],
      ['sam-vit-48x4', 'installed'],
    ]);
    expect(await store().resolve('sam-vit-48x4')).toEqual(model);
    expect(await store().ensure('sam-vit-48x4')).toEqual(model);
    expect(await store().verify('sam-vit-48x4')).toMatchObject({ ok: true });
    expect((await readdir(model.folder)).sort()).toEqual([
      'LICENCE.txt',
      'decoder.onnx',
      'encoder.onnx',
      'manifest.json',
    ]);
    expect(await store().remove('sam-vit-48x4')).toBe(true);
    expect(await codeOf(store().resolve('sam-vit-48x4'))).toBe('model-id-unknown');
  });

  test('of the same bytes every time, and replaces one of the same name', async () => {
    const first = await store().import({ paths: [sam1] }, { id: 'mine' });
    const again = await store().import({ paths: [sam1] }, { id: 'mine' });
    expect(again).toEqual(first);
    const other = await store().import({ paths: [sam2], config: sam2Config }, { id: 'mine' });
    expect(other.manifest.family).toBe('sam2');
    expect(await readdir(store().folder)).toEqual(['mine']);
  });

  test('whose weights take less room in another precision', async () => {
    const full = await store().import({ paths: [sam1] });
    const half = await store().import({ paths: [sam1], precision: 'fp16' });
    expect(half.manifest.id).toBe('sam-vit-48x4-fp16');
    expect(half.encoder.sizeBytes).toBeLessThan(0.7 * full.encoder.sizeBytes);
  });

  test('and keeps what it answered to a probe', async () => {
    await store().import({ paths: [sam1] }, { id: 'mine' });
    expect(await store().probe('mine')).toBeNull();
    await store().noteProbe('mine', { iou: 0.5 });
    expect(await store().probe('mine')).toEqual({ iou: 0.5 });
    expect(await store().verify('mine')).toMatchObject({ ok: true });
  });
});

describe('What is not imported leaves nothing behind', () => {
  test.each<[string, string, Parameters<ModelStore['import']>[0], string?]>([
    ['another name is needed', 'model-id-taken', { paths: [sam1] }, 'tiny-sam'],
    ['the name is none', 'model-id-invalid', { paths: [sam1] }, '../evil'],
    ['the name is that of a folder of the store', 'model-id-invalid', { paths: [sam1] }, 'mine.import'],
    ['so is the name of a download', 'model-id-invalid', { paths: [sam1] }, 'sam-vit-b.download'],
    ['the architecture is not published', 'checkpoint-unsupported', { paths: [sam2] }],
    ['the description is wrong', 'checkpoint-config-invalid', { paths: [sam2], config: { heads: 'two' } }],
    [
      'the description is of another model',
      'checkpoint-mismatch',
      { paths: [sam2], config: { ...sam2Config, embedDim: 32 } },
    ],
    ['a description is given that nobody reads', 'checkpoint-config-invalid', { paths: [sam1], config: {} }],
    ['there is no file', 'checkpoint-missing', { paths: ['/nowhere/x.pth'] }],
    ['the files are no ONNX', 'onnx-invalid', { paths: [sam1, sam2] }],
  ])('%s', async (_why, code, input, id) => {
    expect(await codeOf(store().import(input, id === undefined ? {} : { id }))).toBe(code);
    expect(await readdir(home)).toEqual([]);
  });

  test('each wrong tensor is named, with the expected and the found shape', async () => {
    const path = join(home, 'wrong.pth');
    await writeTorchFile(path, [
      floatTensor('image_encoder.patch_embed.proj.weight', [48, 3, 16, 16]),
      floatTensor('image_encoder.pos_embed', [1, 16, 16, 47]),
      floatTensor('image_encoder.blocks.0.attn.rel_pos_h', [31, 12]),
      floatTensor('surplus', [3]),
    ]);
    const error: unknown = await store()
      .import({ paths: [path] })
      .catch((cause: unknown) => cause);
    const problems = isCalqueError(error, 'checkpoint-mismatch') ? error.details?.['problems'] : [];
    expect(problems).toEqual(
      expect.arrayContaining([
        'image_encoder.pos_embed is [1, 16, 16, 47], expected [1, 16, 16, 48]',
        'image_encoder.blocks.0.norm1.weight is missing, expected [48]',
        'surplus [3] belongs to no layer',
      ]),
    );
  });

  test('an import that is cancelled', async () => {
    const aborter = new AbortController();
    const started = store().import(
      { paths: [sam1] },
      {
        id: 'mine',
        signal: aborter.signal,
        onProgress: ({ kind }) => (kind === 'converting' ? aborter.abort(new Error('enough')) : undefined),
      },
    );
    await expect(started).rejects.toThrow('enough');
    expect(await readdir(store().folder)).toEqual([]);
  });
});

test('What a killed import left is removed by the next one, whatever that is called, and not what another writes now', async () => {
  const { folder } = store();
  for (const name of ['killed.import', 'old.import', 'old.lock', 'running.import', 'running.lock'])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'killed.import', 'encoder.onnx'), 'half');
  await utimes(join(folder, 'old.lock'), 1000, 1000);
  await store().import({ paths: [sam1] }, { id: 'mine' });
  expect((await readdir(folder)).sort()).toEqual(['mine', 'old.lock', 'running.import', 'running.lock']);
});

test('A damaged import is not used, keeps its name, and is imported again', async () => {
  const { encoder } = await store().import({ paths: [sam1] }, { id: 'mine' });
  const bytes = await readFile(encoder.path);
  bytes[bytes.length - 5] = (bytes[bytes.length - 5] ?? 0) ^ 1;
  await writeFile(encoder.path, bytes);
  expect(await store().verify('mine')).toMatchObject({ ok: false });
  expect(await codeOf(store().resolve('mine'))).toBe('model-damaged');
  expect(await codeOf(store().ensure('mine'))).toBe('model-import-again');
  await store().import({ paths: [sam1] }, { id: 'mine' });
  expect(await store().verify('mine')).toMatchObject({ ok: true });
});

test('The name of a published checkpoint is for its own weights alone', async () => {
  const bytes = await readFile(sam1);
  const published: PublishedCheckpoint = {
    id: 'sam-vit-48x4',
    description: 'SAM 1 micro',
    licence: { spdx: 'Apache-2.0', origin: 'this test' },
    url: 'http://127.0.0.1:1/sam1-micro.pth',
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  const own = await store([published]).import({ paths: [sam1] });
  expect(own.manifest.id).toBe('sam-vit-48x4');
  const others = store([{ ...published, sha256: '0'.repeat(64) }]);
  const other = await others.import({ paths: [sam1] });
  expect(other.manifest.id).toBe('sam-vit-48x4-imported');
  expect(await codeOf(others.import({ paths: [sam1] }, { id: 'sam-vit-48x4' }))).toBe('model-id-taken');
});

describe('A published checkpoint is downloaded, checked and converted', () => {
  async function published(url: string, sha256?: string): Promise<PublishedCheckpoint> {
    const bytes = await readFile(sam1);
    return {
      id: 'sam-micro',
      description: 'SAM 1 micro',
      licence: { spdx: 'Apache-2.0', origin: 'this test' },
      url: `${url}/sam1-micro.pth`,
      sha256: sha256 ?? createHash('sha256').update(bytes).digest('hex'),
    };
  }

  test('from its address, going on where it was cut', async () => {
    const bytes = await readFile(sam1);
    await using server = await startFileServer({
      files: { 'sam1-micro.pth': bytes },
      ranges: true,
      etag: '"1"',
      cuts: [undefined, 300_000],
    });
    const events: PullEvent[] = [];
    const model = await store([await published(server.url)]).pull('sam-micro', {
      onProgress: (event) => events.push(event),
    });
    expect(server.requests).toEqual([
      'HEAD /sam1-micro.pth',
      'GET /sam1-micro.pth',
      // Of what was sent a part may be lost with the connection.
      expect.stringMatching(/^GET \/sam1-micro\.pth bytes=[1-9]\d*-$/),
    ]);
    expect(model.manifest).toMatchObject({ id: 'sam-micro', imported: { precision: 'fp32' } });
    expect([...new Set(events.map(({ kind }) => kind))]).toEqual([
      'licence',
      'source-start',
      'progress',
      'source-retry',
      'converting',
      'done',
    ]);
    expect(await readdir(store().folder)).toEqual(['sam-micro']);
    expect(await store().verify('sam-micro')).toMatchObject({ ok: true });
  });

  test('by `ensure`, when a command needs it, and only once', async () => {
    await using server = await startFileServer({ files: { 'sam1-micro.pth': await readFile(sam1) } });
    const checkpoints = [await published(server.url)];
    expect(await codeOf(store(checkpoints).resolve('sam-micro'))).toBe('model-not-installed');
    await store(checkpoints).ensure('sam-micro');
    await store(checkpoints).ensure('sam-micro');
    expect(server.requests).toHaveLength(2);
  });

  test('from a mirror, without a network', async () => {
    const checkpoints = [await published('http://127.0.0.1:1')];
    const model = await store(checkpoints, golden('sam1-micro')).pull('sam-micro');
    expect(model.manifest.id).toBe('sam-micro');
  });

  test('by its id in another precision, under a name of its own', async () => {
    const checkpoints = [await published('http://127.0.0.1:1')];
    const mirrored = store(checkpoints, golden('sam1-micro'));
    const model = await mirrored.import({ paths: ['sam-micro'], precision: 'fp16' });
    expect(model.manifest).toMatchObject({ imported: { precision: 'fp16' } });
    expect(await readdir(mirrored.folder)).toEqual([basename(model.folder)]);
  });

  test('at the same time as it is imported in another precision, with one download after the other', async () => {
    await using server = await startFileServer({ files: { 'sam1-micro.pth': await readFile(sam1) } });
    const checkpoints = [await published(server.url)];
    const [pulled, imported] = await Promise.all([
      store(checkpoints).pull('sam-micro'),
      store(checkpoints).import({ paths: ['sam-micro'], precision: 'fp16' }),
    ]);
    expect(await store(checkpoints).verify(pulled.manifest.id)).toMatchObject({ ok: true });
    expect(await store(checkpoints).verify(imported.manifest.id)).toMatchObject({ ok: true });
    expect((await readdir(store().folder)).sort()).toEqual(['sam-micro', 'sam-vit-48x4-fp16']);
  });

  test('but not where a path ends with its id and leads nowhere', async () => {
    const checkpoints = [await published('http://127.0.0.1:1')];
    expect(await codeOf(store(checkpoints).import({ paths: ['/nowhere/sam-micro'] }))).toBe(
      'checkpoint-missing',
    );
  });

  test('or refused, when its contents are others', async () => {
    await using server = await startFileServer({ files: { 'sam1-micro.pth': await readFile(sam1) } });
    const other = store([await published(server.url, '0'.repeat(64))]);
    expect(await codeOf(other.pull('sam-micro'))).toBe('model-hash-mismatch');
    expect(await codeOf(other.resolve('sam-micro'))).toBe('model-not-installed');
  });

  test('or not, when nothing answers', async () => {
    expect(await codeOf(store([await published('http://127.0.0.1:1')]).pull('sam-micro'))).toBe(
      'model-download-failed',
    );
  });

  test('and the bytes that the tests of downloads use are no checkpoint', async () => {
    const path = join(home, 'noise.pth');
    await writeFile(path, tinyFiles[encoderName] ?? new Uint8Array());
    expect(await codeOf(store().import({ paths: [path] }))).toBe('checkpoint-damaged');
  });
});
