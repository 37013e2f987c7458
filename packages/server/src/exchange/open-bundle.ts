import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, rmdir, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { bundleInvalid, bundleTargetTaken } from '../errors.ts';
import { openSqliteStorage } from '../storage/sqlite/sqlite-storage.ts';
import { BUNDLE_MANIFEST, type BundledFile, type BundleManifest, parseManifest } from './bundle-manifest.ts';

export interface OpenBundleOptions {
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

export interface OpenedBundle {
  readonly name: string;
  readonly images: number;
}

const MAX_MANIFEST_BYTES = 512 * 1024 ** 2;
const MAX_ENTRIES = 4_000_000;
/** Images are stored as they are, and a database packs to a tenth; beyond this a file is made to fill disks. */
const MAX_RATIO = 200;

/**
 * Unpacks a bundle as a folder that is a dataset. `target` must not be there, or be empty; it appears whole, with every file
 * compared with its hash, or not at all. Nothing is written outside it, whatever the zip says. The copy is a dataset of its
 * own: it gets an id that both can be open at once. Rejects with `bundle-invalid` or `bundle-target-taken`.
 */
export async function openBundle(
  path: string,
  target: string,
  options: OpenBundleOptions,
): Promise<OpenedBundle> {
  await requireFree(target);
  const zip = await openZip(path);
  const partial = `${target}.${randomUUID()}.partial`;
  try {
    const { manifest, entries } = await contentsOf(zip);
    await mkdir(partial, { recursive: true });
    await unpack(zip, manifest, entries, partial, options);
    await takeOwnId(join(partial, '.calque', 'calque.sqlite'));
    await rmdir(target).catch(() => undefined);
    await rename(partial, target);
    return {
      name: manifest.name,
      images: manifest.files.filter(({ path: name }) => name.startsWith('images/')).length,
    };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  } finally {
    zip.close();
  }
}

async function requireFree(target: string): Promise<void> {
  const names = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw bundleTargetTaken(target);
    throw error;
  });
  if (names.length > 0) throw bundleTargetTaken(target);
}

async function openZip(path: string): Promise<ZipFile> {
  try {
    return await openPromise(path, {
      autoClose: false,
      strictFileNames: true,
      validateEntrySizes: true,
      lazyEntries: true,
    });
  } catch (error) {
    throw bundleInvalid(path, error instanceof Error ? error.message : String(error));
  }
}

async function contentsOf(
  zip: ZipFile,
): Promise<{ manifest: BundleManifest; entries: ReadonlyMap<string, Entry> }> {
  if (zip.entryCount > MAX_ENTRIES) throw bundleInvalid('the zip', `it has ${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw bundleInvalid(entry.fileName, 'it is in the zip twice');
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    throw asInvalid(error, 'the zip');
  }
  const own = entries.get(BUNDLE_MANIFEST);
  if (own === undefined) throw bundleInvalid('the zip', `it has no ${BUNDLE_MANIFEST}`);
  if (own.uncompressedSize > MAX_MANIFEST_BYTES) throw bundleInvalid(BUNDLE_MANIFEST, 'it is too large');
  const pieces: Buffer[] = [];
  for await (const piece of await zip.openReadStreamPromise(own)) pieces.push(piece as Buffer);
  const manifest = parseManifest(Buffer.concat(pieces).toString('utf8'));
  if (manifest.files.length !== entries.size - 1)
    throw bundleInvalid('the zip', 'it has files that its list has not, or lacks some');
  return { manifest, entries };
}

function asInvalid(error: unknown, place: string): unknown {
  const isOurs = error instanceof Error && 'code' in error;
  return isOurs || !(error instanceof Error) ? error : bundleInvalid(place, error.message);
}

async function unpack(
  zip: ZipFile,
  { files }: BundleManifest,
  entries: ReadonlyMap<string, Entry>,
  folder: string,
  { signal, onProgress }: OpenBundleOptions,
): Promise<void> {
  const checked = files.map((file) => ({ file, entry: checkedEntry(file, entries.get(file.path)) }));
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  for (const { file, entry } of checked) {
    signal.throwIfAborted();
    const target = join(folder, placeOf(file.path));
    await mkdir(dirname(target), { recursive: true });
    const found = await copy(zip, entry, target, signal);
    if (found !== file.sha256) throw bundleInvalid(file.path, 'its content is not what its hash says');
    await utimes(target, new Date(), new Date(file.modifiedMs));
    doneBytes += file.sizeBytes;
    onProgress?.(doneBytes, totalBytes);
  }
}

/** Before anything is written: sizes are as listed, and nothing grows out of proportion. */
function checkedEntry({ path, sizeBytes }: BundledFile, entry: Entry | undefined): Entry {
  if (entry === undefined) throw bundleInvalid(path, 'it is listed, and is not in the zip');
  if (entry.uncompressedSize !== sizeBytes)
    throw bundleInvalid(path, `it has ${entry.uncompressedSize} bytes, and ${sizeBytes} are listed`);
  if (sizeBytes > MAX_RATIO * (entry.compressedSize + 1024))
    throw bundleInvalid(path, `it grows ${MAX_RATIO}-fold and more`);
  return entry;
}

/** `images/…` lies in the folder itself, `state/…` in its `.calque`. */
function placeOf(path: string): string {
  return path.startsWith('state/')
    ? join('.calque', path.slice('state/'.length))
    : path.slice('images/'.length);
}

/** The SHA-256 of what was copied. */
async function copy(zip: ZipFile, entry: Entry, target: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      done(null, piece);
    },
  });
  try {
    const from = await zip.openReadStreamPromise(entry);
    await pipeline(from, through, createWriteStream(target, { flags: 'wx' }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw asInvalid(error, entry.fileName);
  }
  return hash.digest('hex');
}

async function takeOwnId(database: string): Promise<void> {
  const storage = await openSqliteStorage(database);
  try {
    await storage.changeSetting('dataset-id', randomUUID());
  } finally {
    await storage.close();
  }
}
