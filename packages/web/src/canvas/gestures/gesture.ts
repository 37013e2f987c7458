import type { BoxXyxy, ImagePoint, Size } from '@calque/core';
import type { Editor } from '../../editor/editor.ts';
import type { CanvasView } from '../view/canvas-view.ts';
import type { Handle } from './hit-test.ts';
import type { Pointer } from './pointer.ts';

/** One press of a pointer, until it goes up. What a person sees meanwhile is `live`; the editor is told at the end. */
export interface Gesture {
  readonly live: Live;
  /** The gesture that goes on: this one, or the one that it became. */
  move(pointer: Pointer): Gesture;
  up(pointer: Pointer): void;
  /** Nothing has happened. */
  cancel(): void;
  /** The press lasts, and has not moved: what a long press of a finger does. */
  hold?(): void;
}

/** What a gesture shows while it lasts. */
export interface Live {
  /** In place of the selected object's box. */
  readonly box?: BoxXyxy;
  /** Where a point is in place of its own. */
  readonly point?: { readonly id: string; readonly at: ImagePoint };
  /** A point that will be there. */
  readonly newPoint?: { readonly at: ImagePoint; readonly label: 'foreground' | 'background' };
  readonly stroke?: Stroke;
  readonly cursor?: CanvasCursor;
}

export interface Stroke {
  readonly points: readonly ImagePoint[];
  readonly mode: 'paint' | 'erase';
  readonly diameterPx: number;
}

export type CanvasCursor =
  | 'default'
  | 'crosshair'
  | 'grab'
  | 'grabbing'
  | 'move'
  | 'pointer'
  | 'none'
  | Handle;

/** What gestures work with. */
export interface Ground {
  readonly editor: Editor;
  readonly view: CanvasView;
  /** Of the oriented image. */
  readonly image: Size;
  /** A point that a person chose on the canvas: keys act on it. */
  selectPoint(pointId: string | null): void;
  /** A stroke was made; it stays to be seen until the mask has it. */
  strokeMade(stroke: Stroke): void;
}
