import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ModelFile, ModelManifest } from '../../manifest/manifest.ts';

/** What makes a file that file. */
export interface FileIdentity {
  readonly name: string;
  readonly sizeBytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** A file of a model: as it is installed, and as the sources hold it (the same, unless it is derived). */
export interface WantedFile {
  readonly installed: FileIdentity;
  readonly source: FileIdentity;
  readonly transform?: NonNullable<ModelFile['derivedFrom']>['transform'];
}

export function wantedFiles(manifest: ModelManifest): readonly WantedFile[] {
  const graphs = [manifest.encoder, manifest.decoder].map((file) => ({
    installed: file,
    source: file.derivedFrom ?? file,
    ...(file.derivedFrom === undefined ? {} : { transform: file.derivedFrom.transform }),
  }));
  const weights = [manifest.encoder.weights, manifest.decoder.weights].filter((file) => file !== undefined);
  return [...graphs, ...weights.map((file) => ({ installed: file, source: file }))];
}

/** Bytes of a model's files as they are installed. */
export function installedBytes(manifest: ModelManifest): number {
  return wantedFiles(manifest).reduce((sum, { installed }) => sum + installed.sizeBytes, 0);
}

/** SHA-256 of a file in lower-case hexadecimal, read in pieces. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await hashFileInto(hash, path, signal);
  return hash.digest('hex');
}

export async function hashFileInto(hash: Hash, path: string, signal?: AbortSignal): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Uint8Array);
  }
}

/** Size of a plain file; undefined when there is none. */
export async function fileSize(path: string): Promise<number | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ? stats.size : undefined;
}
