import type { ViewPoint } from '@calque/core';
import type { CanvasView } from '../view/canvas-view.ts';
import { distanceBetween } from '../view/view-transform.ts';
import type { Gesture, Live } from './gesture.ts';
import type { Pointer } from './pointer.ts';

/** The view follows the pointer. */
export class Panning implements Gesture {
  readonly live: Live = { cursor: 'grabbing' };
  readonly #view: CanvasView;
  #last: ViewPoint;

  constructor(from: Pointer, view: CanvasView) {
    this.#view = view;
    this.#last = from.at;
  }

  move({ at }: Pointer): Gesture {
    this.#view.pan({ x: at.x - this.#last.x, y: at.y - this.#last.y });
    this.#last = at;
    return this;
  }

  up(): void {}

  /** The view is no step that could be taken back: it stays where it is. */
  cancel(): void {}
}

/** Two fingers: what lies under each stays under it. */
export class Pinch {
  readonly #view: CanvasView;
  readonly #fingers: Map<number, ViewPoint>;

  constructor(fingers: readonly Pointer[], view: CanvasView) {
    this.#view = view;
    this.#fingers = new Map(fingers.map(({ id, at }) => [id, at]));
  }

  move({ id, at }: Pointer): void {
    if (!this.#fingers.has(id)) return;
    const before = middleAndSpread([...this.#fingers.values()]);
    this.#fingers.set(id, at);
    const now = middleAndSpread([...this.#fingers.values()]);
    this.#view.pan({ x: now.middle.x - before.middle.x, y: now.middle.y - before.middle.y });
    if (before.spread > 0) this.#view.zoom(now.spread / before.spread, now.middle);
  }
}

function middleAndSpread([a, b]: readonly ViewPoint[]) {
  const [one, other] = [a ?? { x: 0, y: 0 }, b ?? a ?? { x: 0, y: 0 }];
  return {
    middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 },
    spread: distanceBetween(one, other),
  };
}
