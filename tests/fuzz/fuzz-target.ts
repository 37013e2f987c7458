import type { RandomSource } from './random-source.ts';

/** One parser of what others made. */
export interface FuzzTarget {
  readonly name: string;
  /** Share of all inputs, in parts: what is cheap and much exposed gets more. */
  readonly parts: number;
  /** @param folder empty, its own. */
  open(folder: string): Promise<OpenedTarget>;
}

export interface OpenedTarget {
  /** The input that follows from the random numbers, most often a changed valid one. */
  input(random: RandomSource): FuzzInput;
  /** Resolves where the input is accepted, rejects with a CalqueError where it is refused; anything else is a finding. */
  parse(input: FuzzInput): Promise<void>;
  close?(): Promise<void>;
}

/** Kept where it makes a finding. */
export type FuzzInput = Uint8Array;
