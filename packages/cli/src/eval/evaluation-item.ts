import type { Rle } from '@calque/core';

/** An image to be evaluated on, and how to come by its truth. */
export interface EvaluationItem {
  readonly dataset: string;
  /** As the manifest names it. */
  readonly name: string;
  /** Absolute path of the image. */
  readonly file: string;
  /** Objects with pixels, at least as many as were asked for. Rejects where they cannot be read. */
  readonly readTruth: () => Promise<readonly TrueObject[]>;
}

export interface TrueObject {
  readonly object: number;
  readonly label: string | null;
  readonly truth: Rle;
}

export interface EvaluationManifest {
  readonly items: readonly EvaluationItem[];
  /** What of the manifest could not be taken, to be told. */
  readonly notes: readonly string[];
}
