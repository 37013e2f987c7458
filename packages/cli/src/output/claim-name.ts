import { randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { makeFolder } from '@calque/models/node';
import { errnoOf, outputBusy, outputFailed } from '../errors.ts';

/** A name in the output folder that no other process takes until it is released. */
export interface ClaimedName {
  readonly name: string;
  readonly release: () => Promise<void>;
}

export interface ResultRequest {
  readonly imagePath: string;
  readonly key: string;
  /** What will stand behind the name in the files to be written, e.g. `mask.png`. */
  readonly endings: readonly string[];
}

/**
 * The name under which the results of a request are written: the image's, or with the request's key behind it where
 * that one belongs to another request. A request finds its own earlier results again and replaces them; it never
 * replaces another's, nor a file that Calque did not write, whatever other processes do in the folder meanwhile.
 */
export async function claimName(folder: string, request: ResultRequest): Promise<ClaimedName> {
  await makeFolder(folder).catch((error: unknown) => {
    throw outputFailed(folder, error);
  });
  for (const name of candidateNames(request.imagePath, request.key)) {
    const claim = await tryClaim(folder, name, request);
    if (claim !== null) return claim;
  }
  throw outputBusy(folder);
}

/** The name under which complete results of a request lie already, or null. */
export async function findFinished(folder: string, request: ResultRequest): Promise<string | null> {
  for (const name of candidateNames(request.imagePath, request.key)) {
    if ((await keyOf(folder, name)) !== request.key) continue;
    const missing = (await existing(folder, filesOf(name, request))).length < request.endings.length;
    if (!missing) return name;
  }
  return null;
}

function filesOf(name: string, { endings }: ResultRequest): string[] {
  return endings.map((ending) => `${name}.${ending}`);
}

export function candidateNames(imagePath: string, key: string): readonly string[] {
  const stem = shortStem(path.parse(imagePath).name);
  return [stem, `${stem}-${key.slice(0, 8)}`, `${stem}-${key}`];
}

/** File systems take 255 bytes; suffixes need some of them. */
function shortStem(stem: string): string {
  let short = stem;
  while (Buffer.byteLength(short) > 180) short = short.slice(0, -1);
  return short;
}

async function tryClaim(folder: string, name: string, request: ResultRequest): Promise<ClaimedName | null> {
  const lock = path.join(folder, `.${name}.lock`);
  const left = await takeLock(lock, request.key);
  if (left === null) return null;
  const release = (): Promise<void> => rm(lock, { force: true });
  try {
    if (await mayWrite({ folder, name, request, left })) {
      await writeFile(lock, lockText(request.key, filesOf(name, request)));
      return { name, release };
    }
  } catch (error) {
    await release();
    throw outputFailed(path.join(folder, name), error);
  }
  await release();
  return null;
}

type Leftovers = 'nothing' | readonly string[];

interface Claim {
  readonly folder: string;
  readonly name: string;
  readonly request: ResultRequest;
  /** Files that a killed process had begun to write here. */
  readonly left: Leftovers;
}

/** Files under the name are this request's own, were left half done by a killed process, or are somebody else's. */
async function mayWrite({ folder, name, request, left }: Claim): Promise<boolean> {
  const owner = await keyOf(folder, name);
  // The record is written last and its key covers the options: where it is, all files of the request are.
  if (owner !== null) return owner === request.key;
  const files = filesOf(name, request);
  if (left !== 'nothing') await removeLeftovers(folder, [...files, ...left]);
  const there = await existing(folder, files);
  return there.every((file) => left !== 'nothing' && left.includes(file));
}

/** By their whole names: `.photo.x.json.7.tmp` belongs to an image `photo.x` that another process may be writing. */
async function removeLeftovers(folder: string, files: readonly string[]): Promise<void> {
  const leftovers = (await readdir(folder)).filter((file) => {
    const target = /^\.(.+)\.\d+\.tmp$/.exec(file)?.[1];
    return target !== undefined && files.includes(target);
  });
  await Promise.all(leftovers.map((file) => rm(path.join(folder, file), { force: true })));
}

/** The key in the record of that name; null without a file, and a word that is no key for any other file. */
async function keyOf(folder: string, name: string): Promise<string | null> {
  try {
    const record: unknown = JSON.parse(await readFile(path.join(folder, `${name}.json`), 'utf8'));
    return typeof record === 'object' && record !== null && 'key' in record ? String(record.key) : 'foreign';
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? null : 'foreign';
  }
}

async function existing(folder: string, names: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        () => [name],
        () => [],
      ),
    ),
  );
  return found.flat();
}

/** Null: somebody holds it. Otherwise it is ours, with the files that a killed holder had begun to write. */
async function takeLock(lock: string, key: string): Promise<Leftovers | null> {
  if (await createLock(lock, key)) return 'nothing';
  const text = await readFile(lock, 'utf8').catch(() => '');
  if (await isHeld(lock, text)) return null;
  if (!(await removeStale(lock, text))) return null;
  return (await createLock(lock, key)) ? filesInLock(text) : null;
}

/** Between the look and the removal another process may have put its own lock there: that one is given back. */
async function removeStale(lock: string, seen: string): Promise<boolean> {
  const aside = `${lock}.${randomUUID()}`;
  try {
    await rename(lock, aside);
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
  const same = (await readFile(aside, 'utf8').catch(() => '')) === seen;
  if (!same) await link(aside, lock).catch(() => undefined);
  await rm(aside, { force: true });
  return same;
}

async function createLock(lock: string, key: string): Promise<boolean> {
  const handle = await open(lock, 'wx').catch((error: unknown) => {
    if (errnoOf(error) === 'EEXIST') return null;
    throw outputFailed(lock, error);
  });
  if (handle === null) return false;
  try {
    await handle.writeFile(lockText(key, []));
    return true;
  } catch (error) {
    await rm(lock, { force: true });
    throw outputFailed(lock, error);
  } finally {
    await handle.close();
  }
}

function lockText(key: string, files: readonly string[]): string {
  return JSON.stringify({ pid: process.pid, host: hostname(), key, files });
}

function filesInLock(text: string): readonly string[] {
  try {
    const { files } = JSON.parse(text) as { files?: unknown };
    return Array.isArray(files) ? files.filter((file) => typeof file === 'string') : [];
  } catch {
    // Its maker died before it had written anything.
    return [];
  }
}

/** Results are written within seconds: a lock this old is left over, whatever has its process number by now. */
const STALE_MS = 10 * 60_000;

/** A lock of this process is left from a request that failed to release it; requests are written one by one. */
async function isHeld(lock: string, text: string): Promise<boolean> {
  const age = await ageMs(lock);
  if (age > STALE_MS) return false;
  const match = /"pid":(\d+),"host":"([^"]*)"/.exec(text);
  if (match === null) return age < 10_000;
  const pid = Number(match[1]);
  return match[2] !== hostname() || (pid !== process.pid && isAlive(pid));
}

/** A lock without content was made a moment ago, or its maker died within that moment. */
async function ageMs(file: string): Promise<number> {
  return stat(file).then(
    (stats) => Date.now() - stats.mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}
