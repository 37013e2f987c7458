/** What is done to a thresholded mask before it is measured, in this order. Zero or absent switches a step off. */
export interface PostprocessOptions {
  /** Fill holes (4-connected background enclosed by the mask) of fewer than this many pixels. */
  readonly fillHolesPx?: number;
  /** Drop 8-connected components of fewer than this many pixels. */
  readonly dropIslandsPx?: number;
  /** Keep only this many components, the largest ones. */
  readonly keepLargest?: number;
  /** Round the outline off at this radius in pixels. */
  readonly smoothRadiusPx?: number;
}
