import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let cli: CliHarness;
beforeEach(async () => {
  cli = await CliHarness.create();
});
afterEach(() => cli.remove());

/** Serves until `use` is done with the address that was printed. */
async function serving(argv: readonly string[], use: (address: URL) => Promise<void>) {
  const stop = new AbortController();
  const lines: string[] = [];
  const stdout = { write: (text: string) => lines.push(text) > 0 } as unknown as NodeJS.WriteStream;
  const ended = cli.run(['serve', '--port', '0', ...argv], {
    context: { stdout, signal: stop.signal, env: { CALQUE_HOME: path.join(cli.folder, 'home') } },
  });
  const failed = ended.then((result) => expect.unreachable(result.stderr));
  const address = async (): Promise<URL> => {
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return new URL(lines.join('').trim());
  };
  try {
    await use(await Promise.race([address(), failed]));
  } finally {
    failed.catch(() => undefined);
    stop.abort();
  }
  return ended;
}

test('serve prints one address, opens the folder, and ends in order', async () => {
  await mkdir(path.join(cli.folder, 'photos'));
  await cli.image('photos/a.jpg');
  const { stderr } = await serving(['photos', '--lang', 'fr'], async (address) => {
    const headers = { authorization: `Bearer ${address.searchParams.get('token')}` };
    expect((await fetch(new URL('/api/datasets', address))).status).toBe(401);
    const datasets = await (await fetch(new URL('/api/datasets', address), { headers })).json();
    expect(datasets).toMatchObject([{ name: 'photos', sample: false }]);
    const settings = await (await fetch(new URL('/api/settings', address), { headers })).json();
    expect(settings).toEqual({ language: 'fr' });
  });
  expect(stderr).toMatch(/ssh -L (\d+):127\.0\.0\.1:\1 /);
  expect(await cli.list('photos/.calque')).toContain('calque.sqlite');
});

test('serve behind a proxy prints the address that people see, and answers below its path and without it', async () => {
  await mkdir(path.join(cli.folder, 'photos'));
  const argv = ['photos', '--public-url', 'https://example.org/tools/calque/', '--port', '0'];
  await serving(argv, async (address) => {
    expect(address.origin + address.pathname).toBe('https://example.org/tools/calque/');
    expect(address.searchParams.get('token')).toMatch(/^[\w-]{43}$/);
  });
});

test.each(['example.org', 'ftp://example.org/', 'https://a:b@example.org/', 'https://example.org/?x=1'])(
  'serve takes no %s for an address of a proxy',
  async (url) => {
    const { code, stderr } = await cli.run(['serve', '--public-url', url]);
    expect(code).toBe(2);
    expect(stderr).toContain('https://example.org/calque/');
  },
);

test('serve without a folder opens a copy of the samples', async () => {
  await mkdir(path.join(cli.folder, 'samples'));
  await cli.image('samples/cup.jpg');
  await serving(['--no-token'], async (address) => {
    expect(address.search).toBe('');
    const datasets = await (await fetch(new URL('/api/datasets', address))).json();
    expect(datasets).toMatchObject([{ name: 'samples', sample: true }]);
  });
  expect(await cli.list('home/datasets/samples')).toContain('cup.jpg');
});

test('serve names a free port where the one that is asked for is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0 }, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { code, stderr } = await cli.run(['serve', '.', '--port', String(port)]);
  server.close();
  expect(code).toBe(80);
  expect(stderr).toMatch(new RegExp(`port ${port} .* is taken.*--port \\d+`));
});

test.each([
  [['--no-token', '--host', '0.0.0.0'], 81, /--no-token/],
  [['--no-token', '--public-url', 'https://example.org/'], 81, /example.org/],
  [['nowhere', '--port', '0'], 83, /nowhere.*does not exist/],
  [['--port', '70000'], 2, /0 to 65535/],
  [['--lang', 'de'], 2, /en, fr/],
] as const)('serve %j is refused with %i', async (argv, expected, said) => {
  await mkdir(path.join(cli.folder, 'samples'));
  const { code, stderr } = await cli.run(['serve', ...argv], {
    context: { env: { CALQUE_HOME: path.join(cli.folder, 'home') } },
  });
  expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringMatching(said) });
});
