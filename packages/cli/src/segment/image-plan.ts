import type { SegmentRequest } from './segment-request.ts';

/** One image and what is asked of it. */
export interface PlannedImage {
  /** Absolute. */
  readonly file: string;
  readonly items: readonly PlannedItem[];
}

export interface PlannedItem {
  /** Position in the input, from 0 on: the order of what is printed. */
  readonly index: number;
  /** Number of the line that it came from, from 1 on; null for a prompt of the command line. */
  readonly line: number | null;
  /** The image as the person gave it: goes into the record. */
  readonly path: string;
  /** How many equal requests came before it in this input. */
  readonly occurrence: number;
  /** Requests stay in their file until their turn comes, so that a long file does not fill the memory. */
  readonly read: () => Promise<SegmentRequest>;
}
