/**
 * Gestures in the order they were made. One runs at once; those that come while another has to wait for the worker (a
 * brush stroke) follow it, so that each meets what the one before it left.
 */
export class GestureLine {
  readonly #onError: (error: unknown) => void;
  #last: Promise<void> | null = null;
  #ended = false;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** After the end nothing is done: an image that is being left is still in view for a moment. */
  run(gesture: () => void | Promise<void>): void {
    if (this.#ended) return;
    const before = this.#last;
    const done = before === null ? this.#attempt(gesture) : before.then(() => this.#attempt(gesture));
    if (done === undefined) return;
    const last = done.then(() => {
      if (this.#last === last) this.#last = null;
    });
    this.#last = last;
  }

  /** Resolves when what was begun is done. */
  async end(): Promise<void> {
    this.#ended = true;
    while (this.#last !== null) await this.#last;
  }

  #attempt(gesture: () => void | Promise<void>): Promise<void> | undefined {
    try {
      return gesture()?.catch(this.#onError);
    } catch (error) {
      this.#onError(error);
      return undefined;
    }
  }
}
