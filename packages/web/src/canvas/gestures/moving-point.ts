import type { AnnotationPoint, ImagePoint, PointLabel } from '@calque/core';
import { toImage } from '../view/view-transform.ts';
import type { Gesture, Ground, Live } from './gesture.ts';
import type { Pointer } from './pointer.ts';
import { placeWithin } from './within-image.ts';

/** A point that is there, dragged to another place. */
export class MovingPoint implements Gesture {
  readonly #ground: Ground;
  readonly #point: AnnotationPoint;
  /** From the pointer to the point's centre: it does not jump to the pointer. */
  readonly #offset: ImagePoint;
  #at: ImagePoint;

  constructor(from: Pointer, point: AnnotationPoint, ground: Ground) {
    const grabbed = toImage(from.at, ground.view.transform);
    this.#ground = ground;
    this.#point = point;
    this.#at = point;
    this.#offset = { x: point.x - grabbed.x, y: point.y - grabbed.y };
  }

  get live(): Live {
    return { point: { id: this.#point.id, at: this.#at }, cursor: 'grabbing' };
  }

  move(pointer: Pointer): Gesture {
    const { image, view } = this.#ground;
    const to = toImage(pointer.at, view.transform);
    this.#at = placeWithin({ x: to.x + this.#offset.x, y: to.y + this.#offset.y }, image);
    return this;
  }

  up(pointer: Pointer): void {
    this.move(pointer);
    const { editor, selectPoint } = this.#ground;
    editor.movePoint(this.#point.id, this.#at);
    selectPoint(this.#point.id);
  }

  cancel(): void {}
}

/** A new point that is placed where the drag ends: fingers cover what they point at. */
export class AimingPoint implements Gesture {
  readonly #ground: Ground;
  readonly #label: PointLabel;
  #at: ImagePoint;

  constructor(from: Pointer, label: PointLabel, ground: Ground) {
    this.#ground = ground;
    this.#label = label;
    this.#at = toImage(from.at, ground.view.transform);
  }

  get live(): Live {
    return { newPoint: { at: this.#at, label: this.#label }, cursor: 'crosshair' };
  }

  move(pointer: Pointer): Gesture {
    const { editor, image, view } = this.#ground;
    this.#at = placeWithin(toImage(pointer.at, view.transform), image);
    editor.previewAt(this.#at, this.#label);
    return this;
  }

  up(pointer: Pointer): void {
    this.move(pointer);
    this.#ground.editor.addPoint(this.#at, this.#label);
  }

  cancel(): void {
    this.#ground.editor.previewAt(null, this.#label);
  }
}
