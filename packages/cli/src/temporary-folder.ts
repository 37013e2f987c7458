import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { errnoOf } from './errors.ts';

export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/** A private folder whose name says which process it belongs to, so that it is found when that one was killed. */
export async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  const owner = [processSpace(), process.pid, startOf(process.pid) ?? UNKNOWN_START].join('-');
  const folder = await mkdtemp(path.join(tmpdir(), `calque-${owner}-`));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/**
 * Removes the temporary folders of this user whose processes were killed. What cannot be looked at or removed stays:
 * no command fails since another one has left something.
 */
export async function sweepTemporaryFolders(): Promise<void> {
  const folder = tmpdir();
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names.filter(isAbandoned).map(async (name) => {
      const file = path.join(folder, name);
      if (await isOwn(file)) await rm(file, { recursive: true, force: true }).catch(() => undefined);
    }),
  );
}

const NAME = /^calque-(?<space>[0-9a-f]{8})-(?<pid>\d+)-(?<start>\d+)-\w{6}$/;

/** Where the system does not tell when a process started, its number alone must do. */
const UNKNOWN_START = '0';

function isAbandoned(name: string): boolean {
  const { space, pid, start } = NAME.exec(name)?.groups ?? {};
  return space === processSpace() && !runs(Number(pid), start ?? UNKNOWN_START);
}

async function isOwn(file: string): Promise<boolean> {
  const stats = await lstat(file).catch(() => null);
  return stats?.isDirectory() === true && stats.uid === (process.getuid?.() ?? stats.uid);
}

/** Numbers of processes mean something on one machine and in one container alone, and those can share a folder. */
function processSpace(): string {
  return createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8);
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function runs(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return start === UNKNOWN_START || now === null || now === start;
}

/** When a process started, in clock ticks since the machine did: field 22 of proc(5). Null where it is not told. */
function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name of the program stands in brackets and may hold anything.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
