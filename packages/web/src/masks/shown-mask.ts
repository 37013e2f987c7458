import type { MaskMeasures, RecordedRle } from '@calque/core';

/**
 * A mask ready to be drawn at any zoom. Rings are closed polygons in pixels of the oriented image, to be filled with the
 * even-odd rule: x0, y0, x1, y1, …
 *
 * From logits the rings follow the zero level with sub-pixel precision; from a bitmap they follow the pixels' edges.
 */
export interface ShownMask {
  /** Hash of the pixels (`maskIdOf`). */
  readonly id: string;
  readonly rle: RecordedRle;
  readonly rings: readonly Float32Array[];
  readonly outline: 'logits' | 'pixels';
  readonly measures: MaskMeasures;
}
