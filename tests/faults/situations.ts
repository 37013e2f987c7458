import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Fault, FaultOptions, FaultOutcome } from './fault.ts';
import { FaultSite } from './fault-site.ts';

const PEOPLE = 3;
const LIMIT_MS = 10_000;

/** Something happens to a server while people work, and is undone. */
interface Situation {
  readonly name: string;
  readonly cannot: () => string | null;
  readonly env?: () => Readonly<Record<string, string>>;
  readonly prepare?: (site: FaultSite) => Promise<void>;
  readonly begin: (site: FaultSite) => Promise<void>;
  readonly end: (site: FaultSite) => Promise<void>;
  /** Codes with which requests may be refused in the meantime; anything else is a fault of the server's. */
  readonly refusals: readonly string[];
  readonly cleanUp?: (site: FaultSite) => Promise<void>;
}

function faultOf(situation: Situation): Fault {
  return {
    name: situation.name,
    share: { times: 3 },
    cannot: situation.cannot,
    run: (options) => runSituation(situation, options),
  };
}

const WORK_MS = 1200;
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function runSituation(situation: Situation, options: FaultOptions): Promise<FaultOutcome> {
  const { tries, seed, onProgress } = options;
  const site = await FaultSite.create({ model: 'micro', seed, env: situation.env?.() ?? {} });
  const recoveriesMs: number[] = [];
  const damaged: string[] = [];
  try {
    await situation.prepare?.(site);
    await site.start();
    await site.ready();
    const server = site.served.pid;
    for (let number = 1; number <= tries; number++) {
      const over = new AbortController();
      const working = site.work(PEOPLE, over.signal);
      await rest(WORK_MS);
      await situation.begin(site);
      await rest(WORK_MS);
      await situation.end(site);
      recoveriesMs.push(await site.recovered(LIMIT_MS));
      over.abort(new Error('enough'));
      const wrong = (await working).flatMap((error) => unexpected(error, situation));
      if (wrong.length > 0) onProgress(`the server said: ${site.served.said.slice(-1500)}`);
      damaged.push(...wrong);
      onProgress(`${situation.name}: ${number} of ${tries}, ${site.objects} objects`);
    }
    if (site.served.pid !== server || server === null) damaged.push('the server did not live through it');
    const lost = await site.lost();
    const code = await site.served.stop();
    if (code !== 0) damaged.push(`the server ended with ${code}`);
    return {
      fault: situation.name,
      tries,
      lost,
      damaged: [...damaged, ...(await site.damaged())],
      recoveriesMs,
    };
  } finally {
    await situation.cleanUp?.(site);
    await site.remove();
  }
}

function unexpected(error: unknown, { refusals }: Situation): string[] {
  const { code } = error as { readonly code?: string };
  const said = String(error);
  return refusals.some((refusal) => code === refusal || said.includes(refusal)) ? [] : [said];
}

const mayMount = (): string | null =>
  process.platform === 'linux' && process.getuid?.() === 0 && mountWorks()
    ? null
    : 'file systems of its own need Linux and the right to mount';

let mounts: boolean | null = null;
function mountWorks(): boolean {
  if (mounts !== null) return mounts;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    mounts = true;
  } catch {
    mounts = false;
  }
  return mounts;
}

const mount = (...argv: readonly string[]): void => void execFileSync('mount', argv, { stdio: 'inherit' });
const unmount = (path: string): void => void execFileSync('umount', ['-l', path], { stdio: 'inherit' });

/** The images and the state of the dataset on a small file system of their own. */
async function onSmallDisk({ served }: FaultSite): Promise<void> {
  const aside = `${served.folder}.aside`;
  await rename(served.folder, aside);
  await mkdir(served.folder);
  mount('-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', served.folder);
  for (const name of await readdir(aside)) execFileSync('cp', [join(aside, name), served.folder]);
  await rm(aside, { recursive: true });
}

async function offSmallDisk({ served }: FaultSite): Promise<void> {
  await served.kill();
  if (existsSync(served.folder)) unmount(served.folder);
}

const filling = ({ served }: FaultSite): string => join(served.folder, 'filling.bin');

/** Until nothing more fits, and again what is freed in the meantime. */
async function fill(site: FaultSite): Promise<void> {
  const handle = await open(filling(site), 'a');
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      const block = Buffer.alloc(size);
      for (;;) await handle.write(block);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await handle.close();
  }
}

const fullDisk: Situation = {
  name: 'disk full',
  cannot: mayMount,
  prepare: onSmallDisk,
  begin: fill,
  end: (site) => rm(filling(site)),
  refusals: ['disk-full', 'storage-unavailable'],
  cleanUp: offSmallDisk,
};

/** Files that are open for writing keep a file system from becoming read-only, so it is so from the start. */
const readOnlyDataset: Situation = {
  name: 'dataset on a read-only file system',
  cannot: mayMount,
  prepare: async (site) => {
    await onSmallDisk(site);
    mount('-o', 'remount,ro', site.served.folder);
  },
  begin: async () => undefined,
  end: async () => undefined,
  refusals: [],
  cleanUp: offSmallDisk,
};

const folderAway: Situation = {
  name: 'dataset folder goes away and comes back',
  cannot: () => null,
  begin: ({ served }) => rename(served.folder, `${served.folder}.away`),
  end: async ({ served }) => {
    const made = existsSync(served.folder) ? await readdir(served.folder, { recursive: true }) : [];
    if (made.length > 0) throw new Error(`something took its place: ${made.join(', ')}`);
    await rename(`${served.folder}.away`, served.folder);
  },
  refusals: ['image-', 'storage-unavailable', 'dataset-'],
};

const CLOCK = 'tests/faults/jumping-clock.js';

const clockJumps: Situation = {
  name: 'clock jumps ten years ahead, and back behind the start',
  cannot: () => null,
  env: () => ({ NODE_OPTIONS: `--import ${pathToFileURL(join(process.cwd(), CLOCK)).href}` }),
  begin: async ({ served }) => void process.kill(served.pid ?? 0, 'SIGUSR2'),
  end: async ({ served }) => void process.kill(served.pid ?? 0, 'SIGUSR2'),
  refusals: [],
};

export const situationFaults: readonly Fault[] = [fullDisk, readOnlyDataset, folderAway, clockJumps].map(
  faultOf,
);
