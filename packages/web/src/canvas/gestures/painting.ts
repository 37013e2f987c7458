import type { ImagePoint } from '@calque/core';
import { toImage } from '../view/view-transform.ts';
import type { Gesture, Ground, Live, Stroke } from './gesture.ts';
import type { Pointer } from './pointer.ts';

/** A stroke of the brush: seen at once, one step at its end. */
export class Painting implements Gesture {
  readonly #ground: Ground;
  readonly #mode: Stroke['mode'];
  readonly #diameterPx: number;
  #points: readonly ImagePoint[];

  constructor(from: Pointer, mode: Stroke['mode'], ground: Ground) {
    this.#ground = ground;
    this.#mode = mode;
    this.#diameterPx = ground.editor.store.getState().brushDiameterPx;
    this.#points = [toImage(from.at, ground.view.transform)];
  }

  get live(): Live {
    return { stroke: this.#stroke, cursor: 'none' };
  }

  move({ trail }: Pointer): Gesture {
    const { transform } = this.#ground.view;
    this.#points = [...this.#points, ...trail.map((at) => toImage(at, transform))];
    return this;
  }

  up(): void {
    const { editor, strokeMade } = this.#ground;
    strokeMade(this.#stroke);
    editor.paint(this.#points, this.#mode);
  }

  cancel(): void {}

  get #stroke(): Stroke {
    return { points: this.#points, mode: this.#mode, diameterPx: this.#diameterPx };
  }
}
