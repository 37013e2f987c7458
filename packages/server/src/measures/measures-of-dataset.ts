import type { Calibration } from '@calque/core';
import { openDataset } from '../datasets/open-dataset.ts';
import type { Storage } from '../storage/storage.ts';
import { type MeasuredAnnotation, measuredAnnotations } from './measured-annotations.ts';

export interface MeasuresOptions {
  readonly signal: AbortSignal;
  /** Counts images. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface DatasetMeasures {
  readonly objects: readonly MeasuredAnnotation[];
  /** Null where the dataset has none. */
  readonly calibration: Calibration | null;
}

const PAGE = 500;

/** What is recorded of a dataset, in the order of the images' paths. Rejects with the signal's reason. */
export async function measuresOfDataset(
  storage: Storage,
  { signal, onProgress }: MeasuresOptions,
): Promise<DatasetMeasures> {
  const objects: MeasuredAnnotation[] = [];
  let done = 0;
  let after: string | null = null;
  do {
    const page = await storage.listImages({ ...byPath, limit: PAGE, after });
    for (const image of page.images) {
      signal.throwIfAborted();
      objects.push(...(await measuredAnnotations(storage, image)));
      done++;
      onProgress(done, page.total);
    }
    after = page.next;
  } while (after !== null);
  return { objects, calibration: (await storage.setting('calibration')) as Calibration | null };
}

const byPath = { sort: 'path', state: null, unreviewed: false, search: null } as const;

export interface MeasureFolderOptions extends MeasuresOptions {
  readonly folder: string;
  /** Where state is kept of a folder that may not be written. */
  readonly home: string;
}

/** As {@link measuresOfDataset}, of a folder that no server has open. Rejects with a `dataset-…` error. */
export async function measureFolder({
  folder,
  home,
  ...options
}: MeasureFolderOptions): Promise<DatasetMeasures> {
  const dataset = await openDataset({ folder, home, tell: () => undefined });
  try {
    return await measuresOfDataset(dataset.storage, options);
  } finally {
    await dataset.close();
  }
}
