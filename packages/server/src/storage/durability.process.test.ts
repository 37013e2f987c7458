import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { TOKEN } from '../testing/server-harness.ts';
import { created, testAnnotation } from '../testing/storage-contract.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const KILLS = 20;

let bundle: string;
let folder: string;
let child: ChildProcess | undefined;
beforeAll(async () => {
  const scripts = (await import(join(root, 'scripts/bundle-typescript.js'))) as {
    bundleTypeScript(file: string): Promise<string>;
  };
  bundle = fileURLToPath(
    await scripts.bundleTypeScript(join(root, 'packages/server/src/testing/killed-server.ts')),
  );
});
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'calque-killed-')));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** @returns the address of the image. */
async function start(): Promise<string> {
  child = spawn(process.execPath, [bundle, folder], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [address] = (await once(lines, 'line')) as [string];
  return address;
}

const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };

/** Sends gestures until the server is gone. @returns ids of those that were acknowledged. */
async function work(address: string, round: number): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let number = 0; ; number++) {
    const id = `e${round}-${number}`;
    const body = JSON.stringify({ baseSeq: 0, entries: [created(id, testAnnotation(`of-${id}`))] });
    const response = await fetch(`${address}/document/entries`, { method: 'POST', headers, body }).catch(
      () => null,
    );
    if (response === null) return acknowledged;
    expect(response.status).toBe(200);
    acknowledged.push(id);
    await response.arrayBuffer().catch(() => undefined);
  }
}

/** A number in [0, 1) that follows from a seed, so that a failure can be repeated. */
function fraction(seed: number): number {
  return ((Math.imul(seed + 1, 2654435761) >>> 0) % 1000) / 1000;
}

test(`nothing that was acknowledged is lost by ${KILLS} kills`, async () => {
  const acknowledged: string[] = [];
  for (let round = 0; round < KILLS; round++) {
    const address = await start();
    const process = child as ChildProcess;
    const gone = once(process, 'exit');
    const working = work(address, round);
    setTimeout(() => process.kill('SIGKILL'), 20 + 400 * fraction(round));
    acknowledged.push(...(await working));
    await gone;
  }
  const address = await start();
  const response = await fetch(`${address}/document`, { headers });
  const log = (await response.json()) as { entries: { seq: number; entry: { id: string } }[] };
  const stored = log.entries.map(({ entry }) => entry.id);
  expect(acknowledged.length).toBeGreaterThan(KILLS);
  expect(acknowledged.filter((id) => !stored.includes(id))).toEqual([]);
  expect(new Set(stored).size).toBe(stored.length);
  expect(log.entries.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
});
