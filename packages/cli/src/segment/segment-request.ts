import type { BoxXyxy, PostprocessOptions, PromptPoint } from '@calque/core';
import type { MaskInput } from './mask-input.ts';

/** One prompt on one image, as a person gave it. */
export interface SegmentRequest {
  readonly id?: string | number;
  readonly box: BoxXyxy | null;
  readonly points: readonly PromptPoint[];
  readonly maskInput: MaskInput | null;
}

/** What holds for every request of a run. */
export interface SegmentOptions {
  /** 0-based, as the engine counts. */
  readonly choose: 'best' | number;
  /** Write a mask file for every candidate beside the chosen one. */
  readonly allMasks: boolean;
  readonly postprocess: PostprocessOptions;
}
