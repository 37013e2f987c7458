import type { BoxXyxy } from '@calque/core';
import { createStore } from 'zustand/vanilla';
import type { ShownMask } from './masks/shown-mask.ts';

export const COMPARE_MODES = ['swipe', 'side', 'blink', 'difference'] as const;
export type CompareMode = (typeof COMPARE_MODES)[number];

/** Two states of an object, to be drawn in place of its mask. */
export interface ComparisonLayer {
  readonly annotationId: string;
  /** CSS colour of the object. */
  readonly color: string;
  /** Null for a state without a mask. */
  readonly before: ShownMask | null;
  readonly after: ShownMask | null;
  readonly mode: CompareMode;
  /** Swipe: share of the width of what is to be seen, from the left, that shows `before`. */
  readonly divider: number;
  /** The divider was moved on the canvas. */
  setDivider(divider: number): void;
  /** Blink: which of the two is to be seen now. */
  readonly face: 'before' | 'after';
}

/** How unstable each place is, on a grid over a part of the image. */
export interface HeatLayer {
  readonly annotationId: string;
  /** The part of the image, image space. */
  readonly frame: BoxXyxy;
  readonly columns: number;
  readonly rows: number;
  /** Share of the answers that differ from the mask in effect, 0 to 255, row-major. */
  readonly shares: Uint8Array;
}

/** What panels ask the canvas to draw above the image; null where they ask for nothing. */
export interface CanvasLayers {
  readonly comparison: ComparisonLayer | null;
  readonly heat: HeatLayer | null;
  /** A key is held that shows the earlier state alone, whatever the mode. */
  readonly peek: boolean;
}

export const canvasLayers = createStore<CanvasLayers>(() => ({
  comparison: null,
  heat: null,
  peek: false,
}));
