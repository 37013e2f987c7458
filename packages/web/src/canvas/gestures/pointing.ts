import { distanceBetween } from '../view/view-transform.ts';
import type { Gesture, Live } from './gesture.ts';
import type { Pointer } from './pointer.ts';

/** How far a hand shakes, CSS pixels. */
const SLOP_PX: Readonly<Record<Pointer['device'], number>> = { mouse: 4, pen: 6, touch: 10, keyboard: 0 };

export interface PressMeaning {
  click?(pointer: Pointer): void;
  /** The gesture that a press becomes when it moves; it begins where the press did. */
  drag?(from: Pointer): Gesture;
  hold?(from: Pointer): void;
  readonly cursor?: Live['cursor'];
}

/** A press of which nobody knows yet whether it is a click or the beginning of a drag. */
export class Pointing implements Gesture {
  readonly live: Live;
  readonly #from: Pointer;
  readonly #meaning: PressMeaning;

  constructor(from: Pointer, meaning: PressMeaning) {
    this.#from = from;
    this.#meaning = meaning;
    this.live = meaning.cursor === undefined ? {} : { cursor: meaning.cursor };
  }

  move(pointer: Pointer): Gesture {
    const { drag } = this.#meaning;
    const far = distanceBetween(this.#from.at, pointer.at) > SLOP_PX[this.#from.device];
    return far && drag !== undefined ? drag(this.#from).move(pointer) : this;
  }

  up(pointer: Pointer): void {
    const moved = distanceBetween(this.#from.at, pointer.at) > SLOP_PX[this.#from.device];
    if (!moved) this.#meaning.click?.(this.#from);
  }

  cancel(): void {}

  hold(): void {
    this.#meaning.hold?.(this.#from);
  }
}

/** The rest of a press that has done what it does: nothing more comes of it. */
export const spentPress: Gesture = {
  live: {},
  move: () => spentPress,
  up: () => undefined,
  cancel: () => undefined,
};
