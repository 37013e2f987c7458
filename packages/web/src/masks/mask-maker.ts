import type { ImagePoint, MaskMeasures, PostprocessOptions, RecordedRle, Size } from '@calque/core';
import type { InputSpec } from '@calque/models';
import type { ShownMask } from './shown-mask.ts';

/** Makes masks that can be drawn out of what the model or a person gave. The worker's port; tests run it in-process. */
export interface MaskMaker {
  /** Rejects with the signal's reason, or with what is wrong with the mask (`rle-malformed`, ...). */
  show(source: MaskSource, options: MaskMakerOptions): Promise<ShownMask>;
  /** Gets ready ahead of the first mask. */
  prepare(): void;
  /** The mask after one stroke. The sources are left as they are. */
  paint(stroke: Stroke, options: MaskMakerOptions): Promise<ShownMask>;
}

export interface MaskMakerOptions {
  readonly signal: AbortSignal;
}

/** Post-processing is applied in both cases; where it is empty and there are logits, the outline follows them. */
export type MaskSource =
  | {
      readonly kind: 'candidate';
      readonly rle: RecordedRle;
      /** Of the model whose logits they are: says how their frame lies on the image; null where that is not known. */
      readonly input: InputSpec | null;
      /** Float32, row-major, square; null where the answer came without. */
      readonly logits: Float32Array | null;
      /** What the decoder has measured of it, before post-processing. */
      readonly measures: MaskMeasures;
      readonly postprocess: PostprocessOptions;
    }
  | { readonly kind: 'stored'; readonly rle: RecordedRle; readonly postprocess: PostprocessOptions };

export interface Stroke {
  /** Mask that is painted on; null for an empty one. */
  readonly base: RecordedRle | null;
  readonly size: Size;
  /** Centres of the brush in image space, in order; the brush is drawn along the lines between them. */
  readonly points: readonly ImagePoint[];
  readonly diameterPx: number;
  readonly mode: 'paint' | 'erase';
}
