import {
  type Annotation,
  documentOf,
  type Exchange,
  type ExchangeImage,
  type ExchangeObject,
} from '@calque/core';
import type { Dataset } from '../datasets/dataset.ts';
import type { Storage, StoredImage, StoredPrediction } from '../storage/storage.ts';
import { maskOfAnnotation } from './annotation-mask.ts';

/** `accepted`: what a person has accepted. `all`: that and what nobody has decided about. What was rejected is in neither. */
export type ExportScope = 'accepted' | 'all';

export interface CollectedObject extends ExchangeObject {
  readonly annotation: Annotation;
  readonly answer: StoredPrediction | null;
  /** Index into the answer's candidates. */
  readonly candidate: number;
  readonly stability: number | null;
  readonly isEdited: boolean;
}

export interface CollectedImage extends ExchangeImage {
  readonly image: StoredImage;
  readonly objects: readonly CollectedObject[];
}

/** The objects of a dataset with their masks, as they stand. */
export interface Collected extends Exchange {
  readonly images: readonly CollectedImage[];
  /** Objects that no mask is on record for. */
  readonly withoutMask: readonly { readonly path: string; readonly name: string }[];
}

export interface CollectOptions {
  readonly scope: ExportScope;
  /** Tables say of everything what was decided about it. */
  readonly withRejected?: boolean;
  /** Ids; absent: all images. */
  readonly images?: ReadonlySet<string>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** In the order of the images' paths; images without such objects are left out. */
export async function collectObjects(dataset: Dataset, options: CollectOptions): Promise<Collected> {
  const worked = await workedImages(dataset, options);
  const names = new Map((await dataset.storage.labels()).map(({ id, name }) => [id, name]));
  const images: CollectedImage[] = [];
  const withoutMask: { path: string; name: string }[] = [];
  for (const [index, image] of worked.entries()) {
    options.signal.throwIfAborted();
    const { objects, missing } = await objectsOf(dataset.storage, image, names, options);
    withoutMask.push(...missing.map((name) => ({ path: image.path, name })));
    const { width, height } = sizeOf(image, objects);
    if (objects.length > 0) images.push({ path: image.path, size: { width, height }, objects, image });
    options.onProgress?.(index + 1, worked.length);
  }
  return { labels: [...names.values()], images, withoutMask };
}

async function workedImages({ storage }: Dataset, options: CollectOptions): Promise<StoredImage[]> {
  const worked: StoredImage[] = [];
  for (let after = ''; ; ) {
    options.signal.throwIfAborted();
    const batch = await storage.imagesAfter(after, 1000);
    const wanted = batch.filter(({ id }) => options.images === undefined || options.images.has(id));
    worked.push(...wanted.filter(({ annotationCount }) => annotationCount > 0));
    const last = batch.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  return worked.sort((a, b) => (a.pathKey < b.pathKey ? -1 : 1));
}

async function objectsOf(
  storage: Storage,
  image: StoredImage,
  labels: ReadonlyMap<string, string>,
  options: CollectOptions,
): Promise<{ objects: CollectedObject[]; missing: string[] }> {
  const log = await storage.entries(image.id, 0);
  const { annotations } = documentOf(log.map(({ entry }) => entry));
  const source = remembering(storage);
  const objects: CollectedObject[] = [];
  const missing: string[] = [];
  for (const annotation of [...annotations.values()].sort((a, b) => a.order - b.order)) {
    if (!isWanted(annotation, options)) continue;
    const found = await maskOfAnnotation(source, image.id, annotation);
    if (found === null) {
      missing.push(annotation.name);
      continue;
    }
    const chosen = found.answer?.candidates[found.candidate];
    objects.push({
      name: annotation.name,
      label: annotation.labelId === null ? null : (labels.get(annotation.labelId) ?? null),
      score: chosen?.score ?? null,
      stability: chosen?.stability ?? null,
      annotation,
      ...found,
    });
  }
  return { objects, missing };
}

function isWanted({ review }: Annotation, { scope, withRejected = false }: CollectOptions): boolean {
  if (review.status === 'rejected') return withRejected && scope === 'all';
  return scope === 'all' || review.status === 'accepted';
}

/** Reads the predictions of an image once, for all its annotations. */
function remembering(storage: Storage): Pick<Storage, 'latestPredictions' | 'mask'> {
  let known: Promise<readonly StoredPrediction[]> | undefined;
  return {
    mask: (id) => storage.mask(id),
    latestPredictions: (imageId, limit) => (known ??= storage.latestPredictions(imageId, limit)),
  };
}

/** Masks have the size of the image that they were made on, which is gone where its file is. */
function sizeOf(
  { width, height }: StoredImage,
  objects: readonly ExchangeObject[],
): { width: number; height: number } {
  return objects[0]?.mask.size ?? { width: width ?? 0, height: height ?? 0 };
}
