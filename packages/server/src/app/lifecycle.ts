/** Whether the server still takes new work. */
export class Lifecycle {
  #isClosing = false;

  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** From now on new requests are told to come back later. */
  beginToClose(): void {
    this.#isClosing = true;
  }
}
