import type { RecordPrediction } from '@calque/api';

/** Predictions that are not on record at the server yet, kept where they outlive the page. */
export interface RecordStore {
  /** In the order in which they were kept. */
  all(): Promise<readonly KeptRecord[]>;
  keep(record: KeptRecord): Promise<void>;
  drop(id: string): Promise<void>;
}

export interface KeptRecord {
  readonly datasetId: string;
  readonly imageId: string;
  readonly prediction: RecordPrediction;
}
