import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { isCalqueError } from '@calque/core';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import type { ArchiveKind } from './archive-kind.ts';
import { type ArchivedFile, type ArchiveManifest, parseManifest } from './archive-manifest.ts';

const MAX_MANIFEST_BYTES = 512 * 1024 ** 2;
const MAX_ENTRIES = 4_000_000;
/** Images are stored as they are, and a database packs to a tenth; beyond this a file is made to fill disks. */
const MAX_RATIO = 200;

export interface UnpackOptions {
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/** An archive whose list has been read, and found to name what the zip holds. */
export interface OpenedArchive {
  readonly manifest: ArchiveManifest;
  /** Unpacks every file where `placeOf` says, below a folder, and compares it with its hash. */
  unpack(folder: string, placeOf: (path: string) => string, options: UnpackOptions): Promise<void>;
  close(): void;
}

/** Rejects with what the kind says of an invalid archive. Nothing is written. */
export async function openArchive(path: string, kind: ArchiveKind): Promise<OpenedArchive> {
  const zip = await openZip(path, kind);
  try {
    const { manifest, entries } = await contentsOf(zip, kind);
    return {
      manifest,
      unpack: (folder, placeOf, options) =>
        unpack(
          { zip, kind, files: checked(manifest, entries, kind) },
          (name) => join(folder, placeOf(name)),
          options,
        ),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function openZip(path: string, { invalid }: ArchiveKind): Promise<ZipFile> {
  try {
    return await openPromise(path, {
      autoClose: false,
      strictFileNames: true,
      validateEntrySizes: true,
      lazyEntries: true,
    });
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : String(error));
  }
}

async function contentsOf(
  zip: ZipFile,
  kind: ArchiveKind,
): Promise<{ manifest: ArchiveManifest; entries: ReadonlyMap<string, Entry> }> {
  const { manifestName, invalid } = kind;
  if (zip.entryCount > MAX_ENTRIES) throw invalid('the zip', `it has ${zip.entryCount} entries`);
  const entries = new Map<string, Entry>();
  try {
    for await (const entry of zip.eachEntry()) {
      if (entries.has(entry.fileName)) throw invalid(entry.fileName, 'it is in the zip twice');
      entries.set(entry.fileName, entry);
    }
    const own = entries.get(manifestName);
    if (own === undefined) throw invalid('the zip', `it has no ${manifestName}`);
    if (own.uncompressedSize > MAX_MANIFEST_BYTES) throw invalid(manifestName, 'it is too large');
    const bytes = await buffer(await zip.openReadStreamPromise(own));
    // The files have hashes in it; it has none itself, and the library compares no checksum.
    if (crc32(bytes) !== own.crc32) throw invalid(manifestName, 'its checksum is another one');
    const manifest = parseManifest(bytes.toString('utf8'), kind);
    if (manifest.files.length !== entries.size - 1)
      throw invalid('the zip', 'it has files that its list has not, or lacks some');
    return { manifest, entries };
  } catch (error) {
    throw asInvalid(error, 'the zip', kind);
  }
}

/** What the disk refuses stays what it is; anything else that reading a zip ends with is a fault of the zip. */
function asInvalid(error: unknown, place: string, { invalid }: ArchiveKind): unknown {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (isCalqueError(error) || /^E[A-Z]+$/.test(code)) return error;
  return invalid(place, message);
}

interface CheckedFile {
  readonly file: ArchivedFile;
  readonly entry: Entry;
}

/** Before anything is written: sizes are as listed, and nothing grows out of proportion. */
function checked(
  { files }: ArchiveManifest,
  entries: ReadonlyMap<string, Entry>,
  { invalid }: ArchiveKind,
): CheckedFile[] {
  return files.map((file) => {
    const { path, sizeBytes } = file;
    const entry = entries.get(path);
    if (entry === undefined) throw invalid(path, 'it is listed, and is not in the zip');
    if (entry.uncompressedSize !== sizeBytes)
      throw invalid(path, `it has ${entry.uncompressedSize} bytes, and ${sizeBytes} are listed`);
    if (sizeBytes > MAX_RATIO * (entry.compressedSize + 1024))
      throw invalid(path, `it grows ${MAX_RATIO}-fold and more`);
    return { file, entry };
  });
}

interface Unpacked {
  readonly zip: ZipFile;
  readonly kind: ArchiveKind;
  readonly files: readonly CheckedFile[];
}

async function unpack(
  { zip, kind, files }: Unpacked,
  placeOf: (path: string) => string,
  { signal, onProgress }: UnpackOptions,
): Promise<void> {
  const totalBytes = files.reduce((sum, { file }) => sum + file.sizeBytes, 0);
  let doneBytes = 0;
  for (const { file, entry } of files) {
    signal.throwIfAborted();
    const target = placeOf(file.path);
    await mkdir(dirname(target), { recursive: true });
    const found = await copy(zip, entry, target, { kind, signal });
    if (found !== file.sha256) throw kind.invalid(file.path, 'its content is not what its hash says');
    await utimes(target, new Date(), new Date(file.modifiedMs));
    doneBytes += file.sizeBytes;
    onProgress?.(doneBytes, totalBytes);
  }
}

/** The SHA-256 of what was copied. */
async function copy(
  zip: ZipFile,
  entry: Entry,
  target: string,
  { kind, signal }: { readonly kind: ArchiveKind; readonly signal: AbortSignal },
): Promise<string> {
  const hash = createHash('sha256');
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      done(null, piece);
    },
  });
  try {
    const from = await zip.openReadStreamPromise(entry);
    await pipeline(from, through, createWriteStream(target, { flags: 'wx', flush: true }), { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw asInvalid(error, entry.fileName, kind);
  }
  return hash.digest('hex');
}
