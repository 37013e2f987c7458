import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline, Readable, Transform } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Dataset } from '../datasets/dataset.ts';
import type { StoredImage } from '../storage/storage.ts';
import { BUNDLE_MANIFEST, BUNDLE_VERSION, type BundledFile, type BundleManifest } from './bundle-manifest.ts';

export interface BundleOptions {
  readonly version: string;
  readonly now: () => Date;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

export interface Bundle {
  /** The zip, made while it is read. */
  readonly stream: Readable;
  /** Images whose files cannot be read, and are therefore not in it. */
  readonly missing: readonly string[];
}

/** Made again where they are missing, or of this machine alone. */
const LEFT_OUT = new Set(['pictures', 'backups', 'uploads', 'lock', 'lock-journal', 'README.txt']);

/** A dataset as one zip: images, annotations with their history, masks, records. The state is that of one moment. */
export async function writeBundle(dataset: Dataset, options: BundleOptions): Promise<Bundle> {
  const temporary = await mkdtemp(join(tmpdir(), 'calque-bundle-'));
  const remove = (): Promise<void> => rm(temporary, { recursive: true, force: true });
  try {
    const snapshot = join(temporary, 'calque.sqlite');
    await dataset.storage.copyTo(snapshot);
    const { sources, missing } = await sourcesOf(dataset, snapshot, options.signal);
    const stream = zipSources(dataset, sources, options);
    stream.once('close', () => void remove());
    options.signal.addEventListener('abort', () => stream.destroy(options.signal.reason as Error), {
      once: true,
    });
    return { stream, missing };
  } catch (error) {
    await remove();
    throw error;
  }
}

interface Source {
  readonly path: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

async function sourcesOf(dataset: Dataset, snapshot: string, signal: AbortSignal) {
  const missing: string[] = [];
  const sources: Source[] = [
    await sourceAt('state/calque.sqlite', snapshot),
    ...(await stateFiles(dataset.stateFolder)),
  ];
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const batch = await dataset.storage.imagesAfter(after, 1000);
    for (const image of batch) {
      const source = await imageSource(dataset, image);
      if (source === null) missing.push(image.path);
      else sources.push(source);
    }
    const last = batch.at(-1);
    if (last === undefined) return { sources, missing };
    after = last.id;
  }
}

async function sourceAt(path: string, file: string): Promise<Source> {
  const { size, mtimeMs } = await stat(file);
  return { path, file, sizeBytes: size, modifiedMs: mtimeMs };
}

async function imageSource(dataset: Dataset, image: StoredImage): Promise<Source | null> {
  try {
    return await sourceAt(`images/${image.path}`, await dataset.pathOf(image));
  } catch {
    // The list of what is missing is the answer to it.
    return null;
  }
}

async function stateFiles(folder: string): Promise<Source[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, path: file.slice(folder.length + 1).replaceAll('\\', '/') }))
    .filter(
      ({ path }) => !LEFT_OUT.has(path.split('/')[0] ?? '') && !basename(path).startsWith('calque.sqlite'),
    );
  return Promise.all(files.map(({ path, file }) => sourceAt(`state/${path}`, file)));
}

/** The list of the files comes last, as the hashes are known when they have been read. */
function zipSources(dataset: Dataset, sources: readonly Source[], options: BundleOptions): Readable {
  const zip = new ZipFile();
  const stream = zip.outputStream as Readable;
  zip.on('error', (error: Error) => stream.destroy(error));
  const files: BundledFile[] = [];
  const totalBytes = sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    options.onProgress?.(doneBytes, totalBytes);
  };
  for (const source of sources) {
    const zipOptions = { compress: source.path.startsWith('state/'), mtime: new Date(source.modifiedMs) };
    zip.addReadStreamLazy(source.path, zipOptions, (give) => {
      give(
        null,
        hashed(source, (file) => files.push(file), onBytes),
      );
    });
  }
  zip.addReadStreamLazy(BUNDLE_MANIFEST, { compress: true, mtime: options.now() }, (give) => {
    give(null, Readable.from([JSON.stringify(manifestOf(dataset, files, options))]));
  });
  zip.end();
  return stream;
}

function hashed(
  { file, path, modifiedMs }: Source,
  onEnd: (file: BundledFile) => void,
  onBytes: (count: number) => void,
): Readable {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const through = new Transform({
    transform(piece: Buffer, _encoding, done) {
      hash.update(piece);
      sizeBytes += piece.length;
      onBytes(piece.length);
      done(null, piece);
    },
    flush(done) {
      onEnd({ path, sizeBytes, sha256: hash.digest('hex'), modifiedMs });
      done();
    },
  });
  return pipeline(createReadStream(file), through, () => undefined);
}

function manifestOf(
  dataset: Dataset,
  files: readonly BundledFile[],
  { version, now }: BundleOptions,
): BundleManifest {
  return {
    version: BUNDLE_VERSION,
    name: basename(dataset.root),
    createdAt: now().toISOString(),
    software: { name: 'calque', version },
    files,
  };
}
