import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createModelStore } from './model-store.ts';
import type { PullEvent } from './pull-event.ts';
import { startFileServer } from './testing/file-server.ts';
import { encoderName, tinyFiles, tinyModel } from './testing/tiny-model.ts';

// Inside the repository, so that the bundle finds the installed packages.
const scratch = resolve(import.meta.dirname, `../../../../../.cache/two-processes-${process.pid}`);
const child = join(scratch, 'pull-child.mjs');

beforeAll(async () => {
  await mkdir(scratch, { recursive: true });
  await build({
    entryPoints: [join(import.meta.dirname, 'testing', 'pull-child.ts')],
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

function startPuller(url: string): Puller {
  const urls = Object.fromEntries(Object.keys(tinyFiles).map((name) => [name, `${url}/${name}`]));
  const process_ = spawn(process.execPath, [child, home, JSON.stringify([{ kind: 'https', urls }])], {
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
  const first = startPuller(server.url);
  await first.seen('progress');
  const second = startPuller(server.url);
  await second.seen('waiting-for-lock');

  letGo();

  expect(await Promise.all([first.exit, second.exit])).toEqual([0, 0]);
  expect(first.events.at(-1)).toMatchObject({ kind: 'done', alreadyInstalled: false });
  expect(second.events.at(-1)).toMatchObject({ kind: 'done', alreadyInstalled: true });
  expect(server.requests).toHaveLength(2);
}, 30_000);

test('A process that is killed in the middle leaves no model and no lock for ever; the next one resumes', async () => {
  const hold = new Promise<void>(() => undefined);
  const options = { files: tinyFiles, ranges: true, etag: '"v1"' };
  await using server = await startFileServer({ ...options, hold });
  const killed = startPuller(server.url);
  await killed.seen('progress');

  killed.process.kill('SIGKILL');
  await killed.exit;

  const store = createModelStore(
    { home, manifests: [tinyModel([server.source()])], env: { HOME: home } },
    { lockTimes: { staleMs: 2000, pollMs: 50 } },
  );
  expect((await store.list())[0]?.state).toBe('incomplete');
  expect(await readdir(join(home, 'models', 'tiny-sam'))).toContain(`${encoderName}.part`);
  const cancel = new AbortController();
  const resumed = new Promise<number>((done) => {
    store
      .pull('tiny-sam', {
        signal: cancel.signal,
        onProgress: (event) => event.kind === 'source-start' && done(event.resumedBytes),
      })
      .catch(() => undefined);
  });
  expect(await resumed).toBeGreaterThan(0);
  cancel.abort();
  await expect(store.pull('tiny-sam', { signal: AbortSignal.abort() })).rejects.toThrow();
}, 30_000);
