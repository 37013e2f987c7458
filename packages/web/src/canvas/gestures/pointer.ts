import type { ViewPoint } from '@calque/core';

/** A pointer event, as far as gestures need it. */
export interface Pointer {
  readonly id: number;
  /** `keyboard`: the crosshair, moved by arrow keys. */
  readonly device: 'mouse' | 'pen' | 'touch' | 'keyboard';
  readonly at: ViewPoint;
  /** What was pressed. Of a move: what is. */
  readonly button: PointerButton;
  readonly alt: boolean;
  readonly shift: boolean;
  /** Where it was since the last event, oldest first, with `at` as the last. */
  readonly trail: readonly ViewPoint[];
  readonly timeMs: number;
}

/** `eraser`: the other end of a pen. */
export type PointerButton = 'primary' | 'middle' | 'secondary' | 'eraser';
