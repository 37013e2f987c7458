import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCalqueError } from '@calque/core';
import type { ModelManifest } from '../../manifest/manifest.ts';
import { parseManifest } from '../../manifest/parse-manifest.ts';
import { markerName } from './install-marker.ts';

/** The manifests of the models that were imported into a store, in the order of their names. */
export function importedManifests(folder: string): readonly ModelManifest[] {
  return namesIn(folder)
    .sort()
    .map((name) => importedManifest(folder, name))
    .filter((manifest) => manifest !== undefined);
}

/** Undefined where there is no model, one of another origin, or one that this version does not understand. */
function importedManifest(folder: string, name: string): ModelManifest | undefined {
  const model = modelIn(join(folder, name, markerName));
  if (model === undefined) return undefined;
  try {
    const manifest = parseManifest(model);
    return manifest.imported !== undefined && manifest.id === name ? manifest : undefined;
  } catch (error) {
    if (isCalqueError(error, 'manifest-invalid')) return undefined;
    throw error;
  }
}

function modelIn(path: string): unknown {
  try {
    const marker = JSON.parse(readFileSync(path, 'utf8')) as { readonly model?: unknown } | null;
    return marker?.model;
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
