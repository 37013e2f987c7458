import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { countsFromString, decodeRle, parseRecord } from '@calque/core';
import { build } from 'esbuild';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

// Inside the repository, so that the bundle finds the installed packages.
const scratch = path.resolve(import.meta.dirname, `../../../../.cache/same-requests-${process.pid}`);
const entry = path.join(scratch, 'fake-calque.mjs');

let folder: string;

beforeAll(async () => {
  await mkdir(scratch, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL('../testing/fake-calque.ts', import.meta.url))],
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['calque-source'],
    plugins: [
      {
        name: 'packages-stay-imports',
        setup: ({ onResolve }) => {
          onResolve({ filter: /^[^./]/ }, ({ path: name, kind }) =>
            kind === 'entry-point' || name.startsWith('@calque/')
              ? undefined
              : { path: name, external: true },
          );
        },
      },
    ],
  });
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'calque-same-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

function start(prompts: string, { decodeMs = 5, more = [] as readonly string[] } = {}): Run {
  const argv = ['segment', '--prompts', prompts, '--out', 'out', '--json', '--quiet', ...more];
  const child = spawn(process.execPath, [entry, folder, String(decodeMs), ...argv]);
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    texts.stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    texts.stderr += chunk.toString('utf8');
  });
  return { child, ended: new Promise((done) => child.on('close', (code) => done({ code, ...texts }))) };
}

/** Forty requests on four images, one of them without ids and with two equal lines. */
async function writeRequests(): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [i, image] of ['a.png', 'b.png', 'c.png', 'd.png'].entries()) {
    const background = { r: 40 + 50 * i, g: 90, b: 200 - 40 * i };
    await sharp({ create: { width: 60 + i, height: 40, channels: 3, background } }).toFile(
      path.join(folder, image),
    );
    for (let n = 0; n < 10; n += 1) {
      const points = [{ x: 5 + 5 * Math.min(n, 8), y: 20, label: 'foreground' }];
      lines.push(JSON.stringify(image === 'd.png' ? { image, points } : { image, id: `r${n}`, points }));
    }
  }
  return lines;
}

async function recordNames(): Promise<string[]> {
  return (await readdir(path.join(folder, 'out')).catch(() => [])).filter((name) => name.endsWith('.json'));
}

/** Every record with its mask and overlay, none without, and nothing else. */
async function expectWholeResults(count: number): Promise<void> {
  const names = (await recordNames()).map((name) => name.slice(0, -'.json'.length));
  expect(names).toHaveLength(count);
  const files = names.flatMap((name) => [`${name}.json`, `${name}.mask.png`, `${name}.overlay.png`]);
  expect((await readdir(path.join(folder, 'out'))).sort()).toEqual(files.sort());
  const keys = new Set<unknown>();
  for (const name of names) keys.add(await consistentKey(path.join(folder, 'out', name)));
  expect(keys.size).toBe(count);
}

async function consistentKey(base: string): Promise<unknown> {
  const value: unknown = JSON.parse(await readFile(`${base}.json`, 'utf8'));
  const record = parseRecord(value);
  const [height, width] = record.mask.rle.size;
  const recorded = decodeRle(countsFromString(record.mask.rle.counts, { width, height }));
  const mask = await sharp(`${base}.mask.png`).toColourspace('b-w').raw().toBuffer();
  expect(mask.map((pixel) => pixel / 255)).toEqual(Buffer.from(recorded.data));
  const image = await readFile(path.join(folder, record.image.path));
  expect(createHash('sha256').update(image).digest('hex')).toBe(record.image.sha256);
  // The shorter side of an overlay of an image this small is what the whole number makes of it.
  const overlay = await sharp(`${base}.overlay.png`).stats();
  expect(overlay.isOpaque).toBe(true);
  expect((await sharp(`${base}.overlay.png`).metadata()).width).toBe(width * Math.ceil(320 / width));
  return (value as { readonly key: unknown }).key;
}

const keysIn = (stdout: string): unknown[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { key: unknown }).key);

describe('several runs with the same requests into one folder', () => {
  test('end with one result a request, and each prints all of them', async () => {
    await writeFile(path.join(folder, 'p.jsonl'), (await writeRequests()).join('\n'));
    const ended = await Promise.all([1, 2, 3].map(() => start('p.jsonl').ended));
    for (const { code, stdout, stderr } of ended) {
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(new Set(keysIn(stdout)).size).toBe(40);
    }
    await expectWholeResults(40);
  });

  test.each([3, 11, 27])(
    'one killed after %i results: the others go on, and a run with --resume makes the rest',
    async (kill) => {
      const lines = await writeRequests();
      // Overlaps of several kinds: all, all but the last quarter, the second half backwards.
      const parts = [lines, lines.slice(0, 30), lines.slice(20, 40)];
      for (const [i, part] of parts.entries())
        await writeFile(path.join(folder, `p${i}.jsonl`), part.join('\n'));
      const runs = parts.map((_, i) => start(`p${i}.jsonl`, { decodeMs: 3 + 7 * i }));
      const [killed, ...others] = runs;
      while ((await recordNames()).length < kill) await sleep(2);
      killed?.child.kill('SIGKILL');
      for (const { ended } of others) expect(await ended).toMatchObject({ code: 0, stderr: '' });
      await killed?.ended;
      const rest = await start('p0.jsonl', { more: ['--resume'] }).ended;
      expect({ code: rest.code, stderr: rest.stderr }).toEqual({ code: 0, stderr: '' });
      expect(new Set(keysIn(rest.stdout)).size).toBe(40);
      await expectWholeResults(40);
    },
  );
});
