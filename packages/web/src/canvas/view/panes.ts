import type { Size, ViewPoint } from '@calque/core';
import type { CanvasLayers } from '../../canvas-layers.ts';

/** A part of the canvas that shows the view, moved sideways so that its middle is the view's middle. */
export interface Pane {
  /** Left edge and width on the canvas, CSS pixels. */
  readonly x: number;
  readonly width: number;
  /** A place of the view is drawn this much to the right. */
  readonly shift: number;
}

/** One pane; two where states are compared side by side. */
export function panesOf(size: Size, { comparison }: Pick<CanvasLayers, 'comparison'>): readonly Pane[] {
  if (comparison?.mode !== 'side') return [{ x: 0, width: size.width, shift: 0 }];
  const half = Math.floor(size.width / 2);
  return [
    { x: 0, width: half, shift: (half - size.width) / 2 },
    { x: half, width: size.width - half, shift: half / 2 },
  ];
}

/** Where on the view a place on the canvas is, whichever pane it lies in. */
export function intoView(at: ViewPoint, panes: readonly Pane[]): ViewPoint {
  const pane = panes.findLast(({ x }) => at.x >= x) ?? panes[0];
  return { x: at.x - (pane?.shift ?? 0), y: at.y };
}
