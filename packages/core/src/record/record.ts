import type { BoxXyxyArray } from '../geometry/box.ts';
import type { PostprocessOptions } from '../mask/postprocess-options.ts';
import type { PointLabel } from '../prompt/prompt.ts';

export const RECORD_SCHEMA_VERSION = 1;

/**
 * One prediction as it is written to disk, complete enough to be replayed. Field names are a public format
 * (docs/record.md): they are never renamed, only added to. Coordinates are pixels of the oriented image.
 */
export interface PredictionRecord {
  readonly schemaVersion: number;
  /** The caller's own id of the prompt, when it gave one. */
  readonly id?: string | number;
  readonly image: RecordedImage;
  readonly model: RecordedModel;
  readonly prompt: RecordedPrompt;
  readonly candidates: readonly RecordedCandidate[];
  /** Index (0-based) into `candidates` of the one that became the mask. */
  readonly chosen: number;
  /** Empty where no step was on. */
  readonly postprocess: PostprocessOptions;
  readonly mask: RecordedMask;
  readonly timingsMs: RecordedTimings;
  readonly software: { readonly name: string; readonly version: string };
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface RecordedImage {
  /** As the user gave it. */
  readonly path: string;
  /** Of the file's bytes, lower-case hexadecimal. */
  readonly sha256: string;
  /** Of the decoded pixels that the model saw, lower-case hexadecimal: equal for the same picture in another file. */
  readonly pixelSha256?: string;
  /** After orientation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation that was applied, 1 to 8. */
  readonly orientation: number;
}

export interface RecordedModel {
  readonly id: string;
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  /** The execution provider that ran, e.g. `cpu`. */
  readonly provider: string;
}

export interface RecordedRle {
  /** COCO order: height first. */
  readonly size: readonly [height: number, width: number];
  /** COCO compressed counts. */
  readonly counts: string;
}

export interface RecordedPrompt {
  readonly box: BoxXyxyArray | null;
  readonly points: readonly { readonly x: number; readonly y: number; readonly label: PointLabel }[];
  /** The mask that was given as a prompt, whole, so that a replay needs no other file. */
  readonly maskInput: { readonly path: string; readonly sha256: string; readonly rle: RecordedRle } | null;
}

export interface RecordedCandidate {
  readonly index: number;
  /** Predicted IoU as the model gave it, not clamped. */
  readonly score: number;
  readonly stability: number;
  /** Before post-processing. */
  readonly areaPx: number;
  readonly box: BoxXyxyArray | null;
}

export interface RecordedMask {
  readonly rle: RecordedRle;
  readonly areaPx: number;
  readonly perimeterPx: number;
  readonly box: BoxXyxyArray | null;
  readonly components: number;
  readonly holes: number;
  readonly score: number;
  readonly stability: number;
}

/** Milliseconds of wall time by part, 0 where one was not needed or not recorded. */
export interface RecordedTimings {
  readonly queue: number;
  readonly read: number;
  readonly preprocess: number;
  readonly encode: number;
  readonly decode: number;
  readonly postprocess: number;
  readonly measure: number;
  readonly total: number;
  /** Where the embedding came from. */
  readonly cache?: 'memory' | 'disk' | 'miss';
}
