import type { Entry, RecordedRle } from '@calque/core';

/** Where unsent work is kept, so that it outlives the page. */
export interface QueueStore {
  /** Images with anything kept. */
  images(): Promise<ImageKey[]>;
  load(image: ImageKey): Promise<KeptWork>;
  /** Both or neither. Resolves when it would survive the end of the browser. */
  keep(image: ImageKey, work: KeptWork): Promise<void>;
  drop(image: ImageKey, ids: KeptIds): Promise<void>;
}

export interface ImageKey {
  readonly datasetId: string;
  readonly imageId: string;
}

export interface KeptWork {
  readonly entries: readonly KeptEntry[];
  readonly masks: readonly KeptMask[];
}

export interface KeptEntry {
  readonly entry: Entry;
  /** Entries of an image are in ascending order of it. */
  readonly place: number;
}

export interface KeptMask {
  readonly maskId: string;
  readonly rle: RecordedRle;
}

export interface KeptIds {
  readonly entryIds: readonly string[];
  readonly maskIds: readonly string[];
}
