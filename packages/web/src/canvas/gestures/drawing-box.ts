import type { BoxXyxy, ImagePoint, Size } from '@calque/core';
import { toImage } from '../view/view-transform.ts';
import type { Gesture, Ground, Live } from './gesture.ts';
import type { Pointer } from './pointer.ts';
import { boxBetween } from './within-image.ts';

/** A box from one corner to the opposite one, in any direction. With Shift it is a square. */
export class DrawingBox implements Gesture {
  readonly #ground: Ground;
  readonly #from: ImagePoint;
  #box: BoxXyxy | null = null;

  constructor(from: Pointer, ground: Ground) {
    this.#ground = ground;
    this.#from = toImage(from.at, ground.view.transform);
  }

  get live(): Live {
    return this.#box === null ? { cursor: 'crosshair' } : { box: this.#box, cursor: 'crosshair' };
  }

  move(pointer: Pointer): Gesture {
    const { editor, image, view } = this.#ground;
    const to = toImage(pointer.at, view.transform);
    this.#box = boxBetween(this.#from, pointer.shift ? squared(this.#from, to, image) : to, image);
    editor.previewBox(this.#box);
    return this;
  }

  up(pointer: Pointer): void {
    this.move(pointer);
    const { editor } = this.#ground;
    if (this.#box === null) editor.previewBox(null);
    else editor.setBox(this.#box);
  }

  cancel(): void {
    this.#ground.editor.previewBox(null);
  }
}

/** The corner that makes a square with as much of the longer side as the image has room for. */
function squared(from: ImagePoint, to: ImagePoint, { width, height }: Size): ImagePoint {
  const [right, down] = [to.x >= from.x, to.y >= from.y];
  const wanted = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y));
  const room = Math.min(right ? width - from.x : from.x, down ? height - from.y : from.y);
  const side = Math.max(0, Math.min(wanted, room));
  return { x: from.x + (right ? side : -side), y: from.y + (down ? side : -side) };
}
