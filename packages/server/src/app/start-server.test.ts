import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from '../accounts/accounts.ts';
import { FakeStore } from '../testing/server-harness.ts';
import { type ServerOptions, startServer } from './start-server.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-start-'));
  await mkdir(join(folder, 'photos'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = (change: Partial<ServerOptions>): ServerOptions => ({
  folders: [{ folder: join(folder, 'photos') }],
  home: join(folder, 'home'),
  host: '127.0.0.1',
  port: 0,
  withToken: true,
  model: null,
  store: new FakeStore(),
  createEngine: () => Promise.reject(new Error('no engine is asked for here')),
  pageFolder: null,
  version: '0.0.0',
  ...change,
});

describe('a server that others can reach', () => {
  test('is refused without a token, also where a file for accounts has nobody in it', async () => {
    const open = { host: '0.0.0.0', withToken: false };
    await expect(startServer(options(open))).rejects.toMatchObject({ code: 'host-needs-token' });
    (await Accounts.open(join(folder, 'home'))).close();
    expect(Accounts.exist(join(folder, 'home'))).toBe(true);
    await expect(startServer(options(open))).rejects.toMatchObject({ code: 'host-needs-token' });
    const publicUrl = new URL('https://calque.example.org/');
    await expect(startServer(options({ withToken: false, publicUrl }))).rejects.toMatchObject({
      code: 'host-needs-token',
    });
  });
});

describe('a port for scrapers that is taken', () => {
  let taken: Server;
  beforeEach(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => taken.close(resolve)));

  test('is said, and neither the port of the page nor the folder is held any longer', async () => {
    const { port: metricsPort } = taken.address() as { port: number };
    const first = await startServer(options({}));
    const { port: free } = first;
    await first.close();
    await expect(startServer(options({ port: free, metricsPort }))).rejects.toMatchObject({
      code: 'port-taken',
    });
    const server = await startServer(options({ port: free }));
    expect(server.port).toBe(free);
    await server.close();
  });
});
