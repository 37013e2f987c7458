import { isCalqueError, selectRepresentative } from '@calque/core';
import type { PictureStore } from '../images/picture-store.ts';
import type { StoredImage } from '../storage/storage.ts';
import type { Dataset } from './dataset.ts';

/** Images that are compared: evenly spaced in the order of their paths where there are more. */
const MOST_COMPARED = 5000;
/** Images that are measured for it; each takes a thumbnail. */
const MOST_MEASURED = 500;

/**
 * Images that cover what the dataset has by contrast, edges, size, shape, objects and scores (docs/dataset.md). Deterministic for
 * the same facts. Images that cannot be read are not proposed.
 */
export async function proposeSelection(
  dataset: Dataset,
  pictures: PictureStore,
  { count, signal }: { readonly count: number; readonly signal: AbortSignal },
): Promise<readonly StoredImage[]> {
  const images = await imagesToCompare(dataset, signal);
  const unmeasured = spaced(
    images.filter(({ contrast }) => contrast === null),
    MOST_MEASURED,
  );
  await Promise.all(unmeasured.map((image) => measure(dataset, pictures, image, signal)));
  const measured = new Map<string, StoredImage>();
  for (const { id } of images) {
    const image = await dataset.image(id);
    if (image.contrast !== null && image.width !== null && image.height !== null) measured.set(id, image);
  }
  const points = [...measured.values()].map((image) => ({ id: image.id, values: valuesOf(image) }));
  return selectRepresentative(points, count).map((id) => measured.get(id) as StoredImage);
}

function valuesOf({
  contrast,
  edgeDensity,
  width,
  height,
  annotationCount,
  lowestScore,
}: StoredImage): number[] {
  const [wide, high] = [width ?? 1, height ?? 1];
  return [
    contrast ?? 0,
    edgeDensity ?? 0,
    Math.log(wide * high),
    Math.log(wide / high),
    Math.log1p(annotationCount),
    lowestScore ?? 1,
  ];
}

async function imagesToCompare({ storage }: Dataset, signal: AbortSignal): Promise<StoredImage[]> {
  const images: StoredImage[] = [];
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const batch = await storage.imagesAfter(after, 1000);
    images.push(...batch.filter(({ problem }) => problem === null));
    const last = batch.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  return spaced(
    images.sort((a, b) => (a.pathKey < b.pathKey ? -1 : 1)),
    MOST_COMPARED,
  );
}

function spaced<T>(items: readonly T[], most: number): T[] {
  const step = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(most, items.length) }, (_, i) => items[Math.floor(i * step)] as T);
}

async function measure(
  dataset: Dataset,
  pictures: PictureStore,
  image: StoredImage,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  try {
    await pictures.thumbnail(dataset, await dataset.examined(image.id), 160);
  } catch (error) {
    // The list of images says what is wrong with it.
    if (!isCalqueError(error)) throw error;
  }
}
