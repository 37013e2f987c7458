import type { DeepReadonly, WireLabel, WirePrediction, WireRle, WireSensitivity } from '@calque/api';
import type { Decision, JudgedScore, NumberedEntry } from '@calque/core';

export type StoredPrediction = DeepReadonly<WirePrediction>;
export type StoredSensitivity = DeepReadonly<WireSensitivity>;
export type StoredMask = DeepReadonly<WireRle>;
export type StoredLabel = DeepReadonly<WireLabel>;

/**
 * Everything that a dataset remembers, on one screen. SQLite implements it (`sqlite/`), and every implementation passes
 * `testing/storage-contract.ts`. What a call has resolved to survives a kill and a power cut.
 */
export interface Storage {
  /** By id, or null. */
  image(id: string): Promise<StoredImage | null>;
  /** Those of the paths that are known. */
  imagesAt(paths: readonly string[]): Promise<readonly StoredImage[]>;
  /** All images in batches, in the order of their ids, to compare them with the folder. */
  imagesAfter(id: string, limit: number): Promise<readonly StoredImage[]>;
  listImages(query: ImageQuery): Promise<ImagePage>;
  /** Of many images at once: all or nothing. */
  changeTags(change: TagChange): Promise<void>;
  statistics(): Promise<DatasetStatistics>;
  /** Images of each state, and annotations. */
  counts(): Promise<DatasetCounts>;
  /** The one call that a power cut may take back: who indexes finds them again. */
  addImages(images: readonly StoredImage[]): Promise<void>;
  changeImage(id: string, change: ImageChange): Promise<void>;
  removeImages(ids: readonly string[]): Promise<void>;

  /** The log after `after`, oldest first. */
  entries(imageId: string, after: number): Promise<readonly NumberedEntry[]>;
  /**
   * Adds entries after `afterSeq`, with the decisions in them and what the image has come to: all or nothing.
   * Resolves to false, and changes nothing, where `afterSeq` is not the newest.
   */
  appendEntries(append: AppendedEntries): Promise<boolean>;
  /** What was decided about the image's annotations, in order: rows that can be counted, where the log tells a story. */
  decisions(imageId: string): Promise<readonly Decision[]>;

  /** Who decided what and when, oldest first, after the entry of that number. Nothing can change it. */
  audit(after: number, limit: number): Promise<readonly AuditEntry[]>;
  /** Deletes what is older, as the settings of retention want it. @returns how many. */
  forgetAudit(before: Date): Promise<number>;

  /** What the model had scored and people decided, as it stands: the last word on each annotation, nothing that was taken back. */
  judgedScores(): Promise<readonly JudgedScore[]>;

  /** One whose id is there already is passed over. */
  addPrediction(prediction: StoredPrediction, annotationId: string | null): Promise<void>;
  /** Newest first where several have the same key. */
  predictions(imageId: string, keys: readonly string[]): Promise<readonly StoredPrediction[]>;
  /** The newest of an image, newest first. */
  latestPredictions(imageId: string, limit: number): Promise<readonly StoredPrediction[]>;

  addSensitivity(sensitivity: StoredSensitivity): Promise<void>;
  /** Of one annotation or, with null, of all of the image's; newest first. */
  sensitivities(imageId: string, annotationId: string | null): Promise<readonly StoredSensitivity[]>;

  mask(id: string): Promise<StoredMask | null>;
  /** Does nothing where it is there already: the id is the content's. */
  addMask(id: string, mask: StoredMask, at: string): Promise<void>;

  labels(): Promise<readonly StoredLabel[]>;
  replaceLabels(labels: readonly StoredLabel[]): Promise<void>;

  setting(key: string): Promise<unknown>;
  changeSetting(key: string, value: unknown): Promise<void>;

  /** A copy of everything, as of now, in a file of its own that is not there yet. */
  copyTo(path: string): Promise<void>;
  close(): Promise<void>;
}

export type StoredState = 'unseen' | 'in-work' | 'accepted' | 'rejected';

export interface StoredImage {
  readonly id: string;
  /** Relative to the dataset's folder, with `/`. */
  readonly path: string;
  /** Sorts paths as people count: `naturalKey(path)`. */
  readonly pathKey: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Of the oriented image; null until the file was looked at, as are the next three. */
  readonly width: number | null;
  readonly height: number | null;
  readonly format: string | null;
  /** EXIF's. */
  readonly orientation: number | null;
  /** Of the file; null until it was hashed. */
  readonly sha256: string | null;
  /** Of the file that the annotations were made on; null before the first. */
  readonly annotatedSha256: string | null;
  readonly problem: string | null;
  readonly state: StoredState;
  readonly annotationCount: number;
  readonly unreviewedCount: number;
  readonly tags: ImageTags;
  /** Null until a thumbnail was drawn. */
  readonly contrast: number | null;
  readonly edgeDensity: number | null;
  /** Of the newest answers to its annotations; null before the first. */
  readonly lowestScore: number | null;
}

export type ImageChange = Partial<
  Pick<
    StoredImage,
    | 'sizeBytes'
    | 'modifiedMs'
    | 'width'
    | 'height'
    | 'format'
    | 'orientation'
    | 'sha256'
    | 'annotatedSha256'
    | 'problem'
    | 'contrast'
    | 'edgeDensity'
  >
>;

export interface ImageQuery {
  /** `objects`: most first. `score`: lowest first, images without one last. */
  readonly sort: 'path' | 'modified' | 'size' | 'state' | 'objects' | 'score';
  readonly limit: number;
  readonly after: string | null;
  readonly state: StoredState | null;
  readonly unreviewed: boolean;
  /** Part of the path, whatever the case of its letters. */
  readonly search: string | null;
  /** This and what follows: absent or null for all. */
  readonly tag?: string | null;
  /** Id of a label that one of the annotations has. */
  readonly label?: string | null;
  readonly minObjects?: number | null;
  /** Of the lowest score. */
  readonly maxScore?: number | null;
}

export interface ImageTags {
  readonly set: readonly string[];
  /** Suggested, and not wanted. */
  readonly refused: readonly string[];
}

export interface TagChange {
  readonly imageIds: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly refuse: readonly string[];
}

export interface Distribution {
  /** Lower ends of the bins; the last one is open. */
  readonly from: readonly number[];
  readonly counts: readonly number[];
}

export interface DatasetStatistics {
  readonly formats: readonly { readonly name: string; readonly count: number }[];
  readonly tags: readonly { readonly name: string; readonly count: number }[];
  readonly labels: readonly { readonly id: string | null; readonly count: number }[];
  readonly megapixels: Distribution;
  readonly objects: Distribution;
  readonly scores: Distribution;
  readonly areaRatios: Distribution;
}

export interface ImagePage {
  readonly images: readonly StoredImage[];
  readonly next: string | null;
  readonly total: number;
}

export interface DatasetCounts {
  readonly images: number;
  readonly states: Readonly<Record<StoredState, number>>;
  readonly annotations: number;
}

/** One line of the audit log. It stays when the image is removed. */
export interface AuditEntry {
  /** Grows without an end; a number that is missing was forgotten. */
  readonly number: number;
  /** By the clock of the server. */
  readonly at: string;
  /** Who was logged in, or where the request came from; `program` for work of a command. */
  readonly person: string;
  readonly requestId: string | null;
  readonly imageId: string;
  readonly path: string;
  readonly annotationId: string;
  /** The step that decided it; of `undo` and `redo` too. */
  readonly entryId: string;
  readonly kind: Decision['kind'] | 'undo' | 'redo';
  readonly reason: Decision['reason'];
}

/** Who asked for a change, and when. */
export type AskedBy = Pick<AuditEntry, 'at' | 'person' | 'requestId'>;

export interface DecisionToStore extends Decision {
  /** Of an acceptance or a rejection: what the model had answered to the prompt, null where that is not on record. */
  readonly judged: JudgedAnswer | null;
}

export interface JudgedAnswer {
  readonly score: number;
  readonly stability: number;
  /** The mask that was judged is no longer the model's: somebody painted on it. */
  readonly painted: boolean;
}

export interface AppendedEntries {
  readonly imageId: string;
  /** Goes into the audit log with the decisions. */
  readonly by: AskedBy;
  readonly afterSeq: number;
  readonly entries: readonly NumberedEntry[];
  readonly decisions: readonly DecisionToStore[];
  /** Steps that were undone, and steps that were done again, in order. */
  readonly turned: readonly { readonly stepId: string; readonly takenBack: boolean }[];
  readonly summary: Pick<StoredImage, 'state' | 'annotationCount' | 'unreviewedCount'>;
  /** The annotations after all this. */
  readonly present: readonly { readonly id: string; readonly labelId: string | null }[];
}
