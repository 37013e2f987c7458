import type { BoxXyxy, ImagePoint, Size } from '@calque/core';
import { toImage } from '../view/view-transform.ts';
import type { CanvasCursor, Gesture, Ground, Live } from './gesture.ts';
import type { Handle } from './hit-test.ts';
import type { Pointer } from './pointer.ts';
import { onPixels } from './within-image.ts';

/** How a box follows a drag: from the box, where the drag began and where it is. Null: no box is left. */
type Change = (box: BoxXyxy, by: ImagePoint, size: Size) => BoxXyxy | null;

/** The selected object's box, moved or resized. */
class ChangingBox implements Gesture {
  readonly #ground: Ground;
  readonly #from: ImagePoint;
  readonly #before: BoxXyxy;
  readonly #change: Change;
  readonly #cursor: CanvasCursor;
  #box: BoxXyxy;

  constructor(
    from: Pointer,
    before: BoxXyxy,
    ground: Ground,
    how: { readonly change: Change; readonly cursor: CanvasCursor },
  ) {
    this.#ground = ground;
    this.#before = before;
    this.#box = before;
    this.#change = how.change;
    this.#cursor = how.cursor;
    this.#from = toImage(from.at, ground.view.transform);
  }

  get live(): Live {
    return { box: this.#box, cursor: this.#cursor };
  }

  move(pointer: Pointer): Gesture {
    const { editor, image, view } = this.#ground;
    const to = toImage(pointer.at, view.transform);
    const by = { x: to.x - this.#from.x, y: to.y - this.#from.y };
    this.#box = this.#change(this.#before, by, image) ?? this.#box;
    editor.previewBox(this.#box);
    return this;
  }

  up(pointer: Pointer): void {
    this.move(pointer);
    const { editor } = this.#ground;
    editor.previewBox(null);
    editor.setBox(this.#box);
  }

  cancel(): void {
    this.#ground.editor.previewBox(null);
  }
}

export function movingBox(from: Pointer, box: BoxXyxy, ground: Ground): Gesture {
  return new ChangingBox(from, box, ground, { change: moved, cursor: 'move' });
}

export function resizingBox(from: Pointer, box: BoxXyxy, handle: Handle, ground: Ground): Gesture {
  const change: Change = (before, by, size) => resized(before, handle, by, size);
  return new ChangingBox(from, box, ground, { change, cursor: handle });
}

/** Of the same extent, and never out of the image. */
function moved({ x1, y1, x2, y2 }: BoxXyxy, by: ImagePoint, { width, height }: Size): BoxXyxy {
  const x = Math.round(Math.min(width - x2, Math.max(-x1, by.x)));
  const y = Math.round(Math.min(height - y2, Math.max(-y1, by.y)));
  return { x1: x1 + x, y1: y1 + y, x2: x2 + x, y2: y2 + y };
}

/** A side that is drawn over the opposite one becomes that one. */
function resized(box: BoxXyxy, handle: Handle, by: ImagePoint, size: Size): BoxXyxy | null {
  const { x1, y1, x2, y2 } = box;
  return onPixels(
    {
      x1: handle.includes('w') ? x1 + by.x : x1,
      y1: handle.includes('n') ? y1 + by.y : y1,
      x2: handle.includes('e') ? x2 + by.x : x2,
      y2: handle.includes('s') ? y2 + by.y : y2,
    },
    size,
  );
}
