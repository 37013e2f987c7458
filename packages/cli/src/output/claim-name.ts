import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { errnoOf, outputBusy, outputFailed } from '../errors.ts';

/** A name in the output folder that no other process takes until it is released. */
export interface ClaimedName {
  readonly name: string;
  readonly release: () => Promise<void>;
}

/**
 * The name under which the results of a request are written: the image's, or with the request's key behind it where
 * that one belongs to another request. A request finds its own earlier results again and replaces them; it never
 * replaces another's, nor a file that Calque did not write, whatever other processes do in the folder meanwhile.
 */
export async function claimName(folder: string, imagePath: string, key: string): Promise<ClaimedName> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw outputFailed(folder, error);
  });
  for (const name of candidateNames(imagePath, key)) {
    const claim = await tryClaim(folder, name, key);
    if (claim !== null) return claim;
  }
  throw outputBusy(folder);
}

/** The name under which complete results of a request lie already, or null. */
export async function findFinished(folder: string, imagePath: string, key: string): Promise<string | null> {
  for (const name of candidateNames(imagePath, key)) {
    const owned = (await keyOf(folder, name)) === key;
    if (
      owned &&
      (await exists(folder, `${name}.mask.png`)) &&
      (await exists(folder, `${name}.overlay.png`))
    ) {
      return name;
    }
  }
  return null;
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

async function tryClaim(folder: string, name: string, key: string): Promise<ClaimedName | null> {
  const lock = path.join(folder, `.${name}.lock`);
  const taken = await takeLock(lock, key);
  if (taken === 'refused') return null;
  const release = (): Promise<void> => rm(lock, { force: true });
  try {
    if (await mayWrite(folder, name, key, taken === 'stale')) return { name, release };
  } catch (error) {
    await release();
    throw outputFailed(path.join(folder, name), error);
  }
  await release();
  return null;
}

/** Without a record, files under the name are leftovers of a process that was killed (it left its lock) or foreign. */
async function mayWrite(folder: string, name: string, key: string, wasLocked: boolean): Promise<boolean> {
  const owner = await keyOf(folder, name);
  if (owner !== null) return owner === key;
  if (wasLocked) {
    await removeLeftovers(folder, name);
    return true;
  }
  const names = ['mask.png', 'overlay.png', 'json'].map((extension) => `${name}.${extension}`);
  return !(await Promise.all(names.map((file) => exists(folder, file)))).includes(true);
}

async function removeLeftovers(folder: string, name: string): Promise<void> {
  const leftovers = (await readdir(folder)).filter(
    (file) => file.startsWith(`.${name}.`) && file.endsWith('.tmp'),
  );
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

async function exists(folder: string, name: string): Promise<boolean> {
  return stat(path.join(folder, name)).then(
    () => true,
    () => false,
  );
}

async function takeLock(lock: string, key: string): Promise<'free' | 'stale' | 'refused'> {
  if (await createLock(lock, key)) return 'free';
  if (await isHeld(lock)) return 'refused';
  await rm(lock, { force: true });
  return (await createLock(lock, key)) ? 'stale' : 'refused';
}

async function createLock(lock: string, key: string): Promise<boolean> {
  const handle = await open(lock, 'wx').catch((error: unknown) => {
    if (errnoOf(error) === 'EEXIST') return null;
    throw outputFailed(lock, error);
  });
  if (handle === null) return false;
  try {
    await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname(), key }));
    return true;
  } catch (error) {
    await rm(lock, { force: true });
    throw outputFailed(lock, error);
  } finally {
    await handle.close();
  }
}

/** A lock of this process is left from a request that failed to release it; requests are written one by one. */
async function isHeld(lock: string): Promise<boolean> {
  const text = await readFile(lock, 'utf8').catch(() => '');
  const match = /"pid":(\d+),"host":"([^"]*)"/.exec(text);
  if (match === null) return (await ageMs(lock)) < 10_000;
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
