import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isCalqueError, readCoco } from '@calque/core';
import { inFile, manifestInvalid, manifestUnreadable } from '../errors.ts';
import { readRegularFile } from '../segment/read-regular-file.ts';
import type { EvaluationItem, EvaluationManifest, TrueObject } from './evaluation-item.ts';
import { readLabelPng } from './read-label-png.ts';

interface ManifestPlace {
  /** As the person gave it. */
  readonly shown: string;
  readonly file: string;
  /** Where relative paths of images begin. */
  readonly folder: string;
}

/**
 * What to evaluate on: COCO instances (JSON), a JSON list of images with label PNGs, or a folder in which every image has its
 * labels beside it, as `NAME.labels.png` or `NAME.label.png`.
 */
export async function readManifest(
  given: string,
  { cwd, images }: { readonly cwd: string; readonly images: string | undefined },
): Promise<EvaluationManifest> {
  const file = path.resolve(cwd, given);
  const stats = await stat(file).catch((error: unknown) => {
    throw manifestUnreadable(given, error);
  });
  const home = stats.isDirectory() ? file : path.dirname(file);
  const place = { shown: given, file, folder: images === undefined ? home : path.resolve(cwd, images) };
  const manifest = stats.isDirectory() ? await readFolder(place) : await readJsonManifest(place);
  if (manifest.items.length === 0) {
    throw manifestInvalid(given, 'it has no image with labels', 'at least one');
  }
  return manifest;
}

const LABELS_ENDING = /\.labels?\.png$/i;
const IMAGE_ENDING = /\.(?:jpe?g|png|webp|tiff?|avif)$/i;

async function readFolder({ file, folder }: ManifestPlace): Promise<EvaluationManifest> {
  const names = (await readdir(file)).sort();
  const dataset = path.basename(file);
  const items = names.flatMap((labels): EvaluationItem[] => {
    if (!LABELS_ENDING.test(labels)) return [];
    const stem = labels.replace(LABELS_ENDING, '');
    const name = names.find((other) => other.replace(IMAGE_ENDING, '') === stem && IMAGE_ENDING.test(other));
    if (name === undefined) return [];
    const readTruth = () => readTrueObjects(path.join(file, labels), labels, null);
    return [{ dataset, name, file: path.join(folder, name), readTruth }];
  });
  return { items, notes: [] };
}

async function readJsonManifest(place: ManifestPlace): Promise<EvaluationManifest> {
  const bytes = await readRegularFile(place.file).catch((error: unknown) => {
    throw manifestUnreadable(place.shown, error);
  });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw manifestInvalid(
      place.shown,
      `it is no JSON (${String(error)})`,
      'COCO instances or a list of images with labels',
    );
  }
  if (isObject(value) && Array.isArray(value['annotations'])) return cocoManifest(value, place);
  const entries = isObject(value) ? value['images'] : value;
  if (!Array.isArray(entries)) {
    throw manifestInvalid(
      place.shown,
      'it is neither COCO instances nor a list',
      'images with "image" and "label" each',
    );
  }
  return { items: entries.map((entry, i) => pairItem(entry, i, place)), notes: [] };
}

function cocoManifest(value: Readonly<Record<string, unknown>>, place: ManifestPlace): EvaluationManifest {
  const annotations = (value['annotations'] as unknown[]).filter(
    (annotation) => !isObject(annotation) || annotation['iscrowd'] !== 1,
  );
  try {
    const { images, faults } = readCoco({ ...value, annotations });
    const dataset = path.basename(place.file, path.extname(place.file));
    const items = images
      .filter(({ objects }) => objects.length > 0)
      .map((image): EvaluationItem => {
        const objects = image.objects.map(({ label, mask }, i) => ({ object: i + 1, label, truth: mask }));
        const file = path.resolve(place.folder, image.path);
        return { dataset, name: image.path, file, readTruth: async () => withPixels(objects) };
      });
    const notes = faults.map(
      (fault) => `${place.shown}: ${fault.place} left out: ${fault.problem}; expected ${fault.expected}`,
    );
    return { items, notes };
  } catch (error) {
    throw isCalqueError(error) ? inFile(place.shown, error) : error;
  }
}

/** One entry of a list: `image`, `label` or `labels`, and where they are given `dataset`, `name` and `objects`. */
function pairItem(entry: unknown, index: number, { shown, file, folder }: ManifestPlace): EvaluationItem {
  const fields = isObject(entry) ? entry : {};
  const image = fields['image'];
  const labels = fields['labels'] ?? fields['label'];
  if (typeof image !== 'string' || typeof labels !== 'string') {
    throw manifestInvalid(shown, `entry ${index + 1} has no "image" or no "label"`, 'both, as paths');
  }
  const names = objectNames(fields['objects']);
  const dataset = fields['dataset'];
  return {
    dataset: typeof dataset === 'string' ? dataset : path.basename(path.dirname(file)),
    name: image,
    file: path.resolve(folder, image),
    readTruth: () => readTrueObjects(path.resolve(folder, labels), labels, names),
  };
}

/** By number: the name of each object that is listed; null where none are, and all count. */
function objectNames(listed: unknown): ReadonlyMap<number, string | null> | null {
  if (!Array.isArray(listed)) return null;
  const names = new Map<number, string | null>();
  for (const object of listed) {
    if (!isObject(object) || typeof object['id'] !== 'number') continue;
    const name = object['category'] ?? object['name'];
    names.set(object['id'], typeof name === 'string' ? name : null);
  }
  return names;
}

async function readTrueObjects(
  file: string,
  shown: string,
  names: ReadonlyMap<number, string | null> | null,
): Promise<readonly TrueObject[]> {
  const objects = await readLabelPng(file, shown);
  return objects
    .filter(({ value }) => names === null || names.has(value))
    .map(({ value, mask }) => ({ object: value, label: names?.get(value) ?? null, truth: mask }));
}

function withPixels(objects: readonly TrueObject[]): TrueObject[] {
  return objects.filter(({ truth }) => truth.counts.length > 1);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
