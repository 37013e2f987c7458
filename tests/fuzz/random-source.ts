/** Numbers that look random and are the same for the same seed (xorshift32). */
export class RandomSource {
  #state: number;

  /** @param name with the seed and an index it makes a sequence of its own, whatever else is drawn elsewhere. */
  constructor(seed: number, name: string, index: number) {
    let state = 0x811c9dc5 ^ seed;
    for (const character of `${name} ${index}`)
      state = Math.imul(state ^ character.charCodeAt(0), 0x01000193);
    this.#state = state === 0 ? 1 : state;
    for (let i = 0; i < 8; i++) this.next();
  }

  /** An integer of 32 bits, not negative. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }

  /** From 0 to `count` - 1. */
  below(count: number): number {
    return this.next() % count;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  pick<T>(list: readonly T[]): T {
    if (list.length === 0) throw new RangeError('nothing to choose from');
    return list[this.below(list.length)] as T;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }
}
