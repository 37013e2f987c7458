import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline, Readable, Transform } from 'node:stream';
import { ZipFile } from 'yazl';
import type { ArchiveKind } from './archive-kind.ts';
import type { ArchivedFile, ArchiveManifest } from './archive-manifest.ts';

export interface PackOptions {
  /** Of the software. */
  readonly version: string;
  readonly now: () => Date;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** A file, and where it goes in the archive. */
export interface PackedFile {
  readonly path: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export async function packedFile(path: string, file: string): Promise<PackedFile> {
  const { size, mtimeMs } = await stat(file);
  return { path, file, sizeBytes: size, modifiedMs: mtimeMs };
}

/** Made again where they are missing, or of this machine alone. */
const LEFT_OUT = new Set(['pictures', 'backups', 'uploads', 'lock', 'lock-journal', 'README.txt']);

/** What lies beside the database of a dataset and belongs to it. */
export async function stateFiles(folder: string): Promise<PackedFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, path: file.slice(folder.length + 1).replaceAll('\\', '/') }))
    .filter(
      ({ path }) => !LEFT_OUT.has(path.split('/')[0] ?? '') && !basename(path).startsWith('calque.sqlite'),
    );
  return Promise.all(files.map(({ path, file }) => packedFile(`state/${path}`, file)));
}

/** A zip that is made while it is read. The list of the files comes last, as the hashes are known when they have been read. */
export function packFiles(
  kind: ArchiveKind,
  name: string,
  files: readonly PackedFile[],
  options: PackOptions,
): Readable {
  const zip = new ZipFile();
  const stream = zip.outputStream as Readable;
  zip.on('error', (error: Error) => stream.destroy(error));
  const packed: ArchivedFile[] = [];
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  const onBytes = (count: number): void => {
    doneBytes += count;
    options.onProgress?.(doneBytes, totalBytes);
  };
  for (const file of files) {
    const zipOptions = { compress: file.path.startsWith('state/'), mtime: new Date(file.modifiedMs) };
    zip.addReadStreamLazy(file.path, zipOptions, (give) => {
      give(
        null,
        hashed(file, (archived) => packed.push(archived), onBytes),
      );
    });
  }
  zip.addReadStreamLazy(kind.manifestName, { compress: true, mtime: options.now() }, (give) => {
    give(null, Readable.from([JSON.stringify(manifestOf(kind, name, packed, options))]));
  });
  zip.end();
  return stream;
}

function hashed(
  { file, path, modifiedMs }: PackedFile,
  onEnd: (file: ArchivedFile) => void,
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
  kind: ArchiveKind,
  name: string,
  files: readonly ArchivedFile[],
  { version, now }: PackOptions,
): ArchiveManifest {
  const software = { name: 'calque', version };
  return { version: kind.version, name, createdAt: now().toISOString(), software, files };
}
