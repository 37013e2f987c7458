import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const calque = path.join(root, 'packages/cli/bin/calque.js');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'calque-process-'));
  await chmod(folder, 0o755);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface StartOptions {
  readonly entry?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** As a user without rights where the tests run as root. */
  readonly unprivileged?: boolean;
}

function start(
  argv: readonly string[],
  { entry = calque, env = {}, unprivileged = false }: StartOptions = {},
) {
  const nobody = unprivileged && process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const child = spawn(process.execPath, [entry, ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, CALQUE_HOME: path.join(folder, 'home'), ...env },
    ...nobody,
  });
  return { child, ended: collect(child) };
}

function collect(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    texts.stdout += chunk.toString('utf8');
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    texts.stderr += chunk.toString('utf8');
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}

/** A checkout that was never started: sources, and the packages of this one. */
async function freshCheckout(): Promise<string> {
  const checkout = path.join(folder, 'checkout');
  for (const name of await readdir(path.join(root, 'packages'))) {
    for (const part of ['package.json', 'src', 'bin']) {
      const from = path.join(root, 'packages', name, part);
      await cp(from, path.join(checkout, 'packages', name, part), { recursive: true }).catch(() => {});
    }
  }
  await cp(path.join(root, 'samples'), path.join(checkout, 'samples'), { recursive: true });
  await symlink(path.join(root, 'node_modules'), path.join(checkout, 'node_modules'));
  return path.join(checkout, 'packages/cli');
}

async function bundles(cli: string): Promise<string[]> {
  return (await readdir(path.join(cli, 'dist'))).filter((name) => /^[0-9a-f]{16}$/.test(name)).sort();
}

/** Another text in a source file, so that its part of the bundle is another one. */
async function changeSource(cli: string, message: string): Promise<void> {
  const file = path.join(cli, '../models/src/errors.ts');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/`there is[^$]*\$/i, `\`${message} $`));
}

describe('starting', () => {
  test('--help prints the commands', async () => {
    const { code, stdout, stderr } = await start(['--help']).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('segment [options] [image]');
  });

  test('several first starts at once all work and leave one bundle', async () => {
    const cli = await freshCheckout();
    const entry = path.join(cli, 'bin/calque.js');
    const all = await Promise.all([1, 2, 3].map(() => start(['--version'], { entry }).ended));
    expect(all.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(3).fill({ code: 0, stderr: '' }));
    expect((await readdir(cli)).sort()).toEqual(['bin', 'dist', 'package.json', 'src']);
    const [bundle] = await bundles(cli);
    expect((await readdir(path.join(cli, 'dist'))).sort()).toEqual([bundle, 'inference-child.js', 'main.js']);
  });

  test('a command that runs keeps working while its checkout changes and is bundled again', async () => {
    const cli = await freshCheckout();
    const entry = path.join(cli, 'bin/calque.js');
    const argv = ['segment', '--prompts', '-', '--json', '--model', 'nothing'];
    const { child, ended } = start(argv, { entry, env: { TMPDIR: folder } });
    await temporaryFolderAppears();
    for (const message of ['first', 'second']) {
      await changeSource(cli, message);
      expect((await start(['--version'], { entry }).ended).code).toBe(0);
    }
    execFileSync(process.execPath, [path.join(cli, 'bin/build.js')]);
    expect(await bundles(cli)).toHaveLength(3);
    // The store and its errors are in a part of the bundle that is loaded only now.
    child.stdin.end('{"image": "a.png", "box": [1, 2, 3, 4]}\n');
    expect(await ended).toMatchObject({
      code: 50,
      stderr: expect.stringMatching(/there is no model "nothing"/i),
    });
    const after = await start([...argv.slice(0, 2), 'none.jsonl', ...argv.slice(3)], { entry }).ended;
    expect(after.code).toBe(5);
  });

  test('building again while a command runs from that very bundle leaves the command working', async () => {
    const cli = await freshCheckout();
    const argv = ['segment', '--prompts', '-', '--json', '--model', 'nothing'];
    const { child, ended } = start(argv, {
      entry: path.join(cli, 'bin/calque.js'),
      env: { TMPDIR: folder },
    });
    await temporaryFolderAppears();
    execFileSync(process.execPath, [path.join(cli, 'bin/build.js')]);
    child.stdin.end('{"image": "a.png", "box": [1, 2, 3, 4]}\n');
    expect((await ended).code).toBe(50);
  });

  test('a bundle of which a part was lost is whole again after a build', async () => {
    const cli = await freshCheckout();
    const entry = path.join(cli, 'bin/calque.js');
    await start(['--version'], { entry }).ended;
    const [name = ''] = await bundles(cli);
    await rm(path.join(cli, 'dist', name, 'self-test.jpg'));
    execFileSync(process.execPath, [path.join(cli, 'bin/build.js')]);
    expect(await readdir(path.join(cli, 'dist', name))).toContain('self-test.jpg');
  });

  test('bundles from which nothing was started for a day go with the next build, but for the newest', async () => {
    const cli = await freshCheckout();
    const entry = path.join(cli, 'bin/calque.js');
    const seen: string[] = [];
    for (const message of ['one', 'two', 'three', 'four']) {
      await changeSource(cli, message);
      await start(['--version'], { entry }).ended;
      const fresh = (await bundles(cli)).filter((bundle) => !seen.includes(bundle));
      const days = 5 - seen.length;
      for (const bundle of seen.length < 2 ? fresh : []) {
        const time = new Date(Date.now() - days * 24 * 3_600_000);
        await utimes(path.join(cli, 'dist', bundle), time, time);
      }
      seen.push(...fresh);
    }
    expect(await bundles(cli)).toEqual(seen.slice(2).sort());
  });

  test('a changed sample of the self-test is bundled again', async () => {
    const cli = await freshCheckout();
    const entry = path.join(cli, 'bin/calque.js');
    await start(['--version'], { entry }).ended;
    await writeFile(path.join(cli, '../../samples/breakfast.labels.png'), 'other labels');
    await start(['--version'], { entry }).ended;
    expect(await bundles(cli)).toHaveLength(2);
  });

  test('another bundler makes another bundle', async () => {
    const cli = await freshCheckout();
    const entry = path.join(cli, 'bin/calque.js');
    await start(['--version'], { entry }).ended;
    const packages = path.join(cli, '../../node_modules');
    await rm(packages);
    await mkdir(packages);
    for (const name of await readdir(path.join(root, 'node_modules'))) {
      if (name !== 'esbuild') await symlink(path.join(root, 'node_modules', name), path.join(packages, name));
    }
    await cp(path.join(root, 'node_modules/esbuild'), path.join(packages, 'esbuild'), { recursive: true });
    const manifest = path.join(packages, 'esbuild/package.json');
    const { version, ...rest } = JSON.parse(await readFile(manifest, 'utf8'));
    await writeFile(manifest, JSON.stringify({ ...rest, version: `${version}-other` }));
    expect((await start(['--version'], { entry }).ended).code).toBe(0);
    expect(await bundles(cli)).toHaveLength(2);
  });

  test('a changed source is bundled again, an unchanged one is not', async () => {
    const cli = await freshCheckout();
    const entry = path.join(cli, 'bin/calque.js');
    await start(['--version'], { entry }).ended;
    const manifest = path.join(cli, 'package.json');
    const [name = ''] = await bundles(cli);
    await writeFile(
      path.join(cli, 'dist', name, 'main.js'),
      'export const main = () => console.log("kept");\n',
    );
    expect((await start(['--version'], { entry }).ended).stdout).toBe('kept\n');
    await writeFile(manifest, execFileSync('sed', ['s/"version": "[^"]*"/"version": "7.8.9"/', manifest]));
    expect((await start(['--version'], { entry }).ended).stdout).toBe('7.8.9\n');
  });

  test('a read-only checkout is bundled into the cache folder', async () => {
    const cli = await freshCheckout();
    await mkdir(path.join(folder, 'home'));
    await chmod(path.join(folder, 'home'), 0o777);
    await chmod(cli, 0o555);
    const options = { entry: path.join(cli, 'bin/calque.js'), unprivileged: true };
    const first = await Promise.all([1, 2].map(() => start(['--help'], options).ended));
    const second = await start(['--help'], options).ended;
    await chmod(cli, 0o755);
    for (const each of [...first, second]) expect(each).toMatchObject({ code: 0, stderr: '' });
    expect(await readdir(cli)).not.toContain('dist');
    expect(await readdir(path.join(folder, 'home'))).toEqual(['bundles']);
  });

  test.each([
    ['an empty CALQUE_HOME', { CALQUE_HOME: '', XDG_CACHE_HOME: 'chosen' }, 'chosen/calque'],
    ['empty variables', { CALQUE_HOME: '', XDG_CACHE_HOME: '' }, '.cache/calque'],
    ['a relative CALQUE_HOME', { CALQUE_HOME: 'here' }, 'here'],
  ])('the bundle of a read-only checkout lies where the models do with %s', async (_name, env, expected) => {
    const cli = await freshCheckout();
    await chmod(folder, 0o777);
    await chmod(cli, 0o555);
    const { XDG_CACHE_HOME: cache } = env as { XDG_CACHE_HOME?: string };
    const absolute = cache === undefined || cache === '' ? {} : { XDG_CACHE_HOME: path.join(folder, cache) };
    const { code } = await start(['--version'], {
      entry: path.join(cli, 'bin/calque.js'),
      unprivileged: true,
      env: { ...env, ...absolute },
    }).ended;
    await chmod(cli, 0o755);
    expect(code).toBe(0);
    expect(await readdir(path.join(folder, expected, 'bundles'))).toHaveLength(1);
  });

  test('a read-only checkout without a cache folder explains itself in one line', async () => {
    const cli = await freshCheckout();
    await chmod(cli, 0o555);
    await writeFile(path.join(folder, 'file'), '');
    const env = { CALQUE_HOME: path.join(folder, 'file/home') };
    const result = await start(['--help'], {
      entry: path.join(cli, 'bin/calque.js'),
      unprivileged: true,
      env,
    }).ended;
    await chmod(cli, 0o755);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/^calque: cannot start: the checkout .* is read-only .*CALQUE_HOME.*\n$/);
  });
});

describe('ending', () => {
  test('a full disk behind stdout is one line and an exit code, also for the last words', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [calque, '--help'], { stdio: ['ignore', full, 'pipe'] });
    const { code, stderr } = await collect(child);
    closeSync(full);
    expect(code).toBe(40);
    expect(stderr).toMatch(/^calque: the disk is full: "standard output" was not written[^\n]*\n$/);
  });

  test('a pipe in place of an image is refused, not waited for', async () => {
    execFileSync('mkfifo', [path.join(folder, 'pipe.jpg')]);
    const { ended } = start(['segment', 'pipe.jpg', '--fg', '1,2']);
    expect(await ended).toMatchObject({ code: 12, stderr: expect.stringContaining('not a regular file') });
  });

  test('SIGTERM ends a command that waits with an exit code of its own', async () => {
    const { child, ended } = start(['segment', '--prompts', '-', '--json'], { env: { TMPDIR: folder } });
    child.stdin.write('{"image": "a.png"');
    await temporaryFolderAppears();
    child.kill('SIGTERM');
    expect((await ended).code).toBe(143);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('one %s ends a command that waits for a pipe that nobody writes', async (signal, code) => {
    execFileSync('mkfifo', [path.join(folder, 'prompts.jsonl')]);
    const { child, ended } = start(['segment', '--prompts', 'prompts.jsonl'], { env: { TMPDIR: folder } });
    await temporaryFolderAppears();
    child.kill(signal);
    expect(await ended).toEqual({ code, stdout: '', stderr: 'calque: interrupted\n' });
    expect(await temporaryFolders()).toBe(0);
  });

  test('devices are no prompts, neither those without an end nor the others', async () => {
    for (const device of ['/dev/zero', '/dev/null']) {
      const { code, stderr } = await start(['segment', '--prompts', device]).ended;
      expect(code).toBe(5);
      expect(stderr).toMatch(/it is neither a file nor a pipe[^\n]*\n$/);
    }
  });

  test.each([
    ['zeros', '< /dev/zero', 'it is not UTF-8 text'],
    ['letters', '', 'line 1 has more than 1048576 bytes'],
  ])(
    'an endless line of %s on standard input ends the command, not the space on the disk',
    async (_, from, said) => {
      const feed = from === '' ? "tr '\\0' a < /dev/zero | " : '';
      const child = spawn(
        'sh',
        ['-c', `${feed}"$0" "$1" segment --prompts - ${from}`, process.execPath, calque],
        {
          cwd: folder,
          env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      const { code, stderr } = await collect(child);
      expect(code).toBe(5);
      expect(stderr).toContain(said);
      expect(await temporaryFolders()).toBe(0);
    },
  );

  test('what a killed command left is removed by the next one', async () => {
    const argv = ['segment', '--prompts', '-', '--json'];
    const killed = start(argv, { env: { TMPDIR: folder } });
    await temporaryFolderAppears();
    killed.child.kill('SIGKILL');
    await killed.ended;
    expect(await temporaryFolders()).toBe(1);
    const running = start(argv, { env: { TMPDIR: folder } });
    await temporaryFolderAppears(running.child.pid);
    await start(['segment', '--prompts', 'none.jsonl'], { env: { TMPDIR: folder } }).ended;
    expect(await temporaryFolders()).toBe(1);
    running.child.stdin.end('{"image": 7}\n');
    expect((await running.ended).stderr).toContain('line 1: image is 7');
    expect(await temporaryFolders()).toBe(0);
  });

  test('prompts are read once from a pipe', async () => {
    execFileSync('mkfifo', [path.join(folder, 'prompts.jsonl')]);
    const { ended } = start(['segment', '--prompts', 'prompts.jsonl', '--json']);
    await writeFile(path.join(folder, 'prompts.jsonl'), '{"image": "none.png"}\n{"image": 7}\n');
    const { code, stderr } = await ended;
    expect(code).toBe(3);
    expect(stderr).toContain('line 1: the prompt has nothing in it');
    expect(stderr).toContain('line 2: image is 7');
  });

  test('Ctrl+C ends a command that waits, cleanly', async () => {
    const { child, ended } = start(['segment', '--prompts', '-', '--out', 'out'], {
      env: { TMPDIR: folder },
    });
    child.stdin.write('{"image": "a.png"');
    await temporaryFolderAppears();
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, stdout: '', stderr: 'calque: interrupted\n' });
    expect(await temporaryFolders()).toBe(0);
  });

  test('a reader of stdout that goes away is no error', async () => {
    const { child, ended } = start(['segment', '--help']);
    child.stdout.destroy();
    const { code, stderr } = await ended;
    expect([0, 141]).toContain(code);
    expect(stderr).toBe('');
  });

  test('an image without the right to read it is an error of its own', async () => {
    await writeFile(path.join(folder, 'a.png'), 'x', { mode: 0o000 });
    const { code, stderr } = await start(['segment', 'a.png', '--fg', '1,2'], { unprivileged: true }).ended;
    expect(code).toBe(12);
    expect(stderr).toMatch(/^calque: a\.png cannot be read \(permission denied\); [^\n]*\n$/);
  });
});

/** Of one process, or of all. */
async function temporaryFolders(pid?: number): Promise<number> {
  const owner = pid === undefined ? '' : `-${pid}-`;
  return (await readdir(folder)).filter((name) => /^calque-.*-\w{6}$/.test(name) && name.includes(owner))
    .length;
}

async function temporaryFolderAppears(pid?: number): Promise<void> {
  for (let tries = 0; tries < 400 && (await temporaryFolders(pid)) === 0; tries += 1) await sleep(25);
}

describe('completion in bash', () => {
  test('offers commands and flags', () => {
    const script = `
      calque() { "${process.execPath}" "${calque}" "$@"; }
      eval "$(calque completion bash)"
      COMP_WORDS=(calque segment --fill); COMP_CWORD=2; _calque; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(calque mod); COMP_CWORD=1; _calque; echo "\${COMPREPLY[@]}"`;
    expect(execFileSync('bash', ['-c', script], { encoding: 'utf8' })).toBe('--fill-holes\nmodels\n');
  });
});
