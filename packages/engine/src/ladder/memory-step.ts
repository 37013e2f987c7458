/**
 * What can be done when memory does not suffice, in the order in which it is done: from what costs least to what costs most.
 *
 * - `smaller-batch`: one prompt at a time, and fewer embeddings held in memory.
 * - `arena-off`: the runtime gives every block back at once; an encode takes nearly twice the time.
 * - `lower-precision`: the same model with smaller weights, where it is installed.
 * - `smaller-model`: the next smaller model that is installed.
 * - `cpu`: the processor, where another provider was used.
 */
export type MemoryStep = 'smaller-batch' | 'arena-off' | 'lower-precision' | 'smaller-model' | 'cpu';

/** How a model runs at one point of the ladder. */
export interface Rung<Model> {
  /** That led here; null at the top, as was asked for. */
  readonly step: MemoryStep | null;
  readonly model: Model;
  readonly smallBatch: boolean;
  readonly lowMemory: boolean;
  readonly cpuOnly: boolean;
}

/** A model to fall back to, and how it differs from the one before it. */
export interface Fallback<Model> {
  readonly step: 'lower-precision' | 'smaller-model';
  readonly model: Model;
}

export interface LadderFacts<Model> {
  readonly model: Model;
  /** From the largest to the smallest. */
  readonly fallbacks: readonly Fallback<Model>[];
  /** It was started with little memory in mind: that step is taken already. */
  readonly lowMemory: boolean;
  /** Not the processor, as far as is known. */
  readonly onAccelerator: boolean;
}

/** The rungs that are possible here, from the top; each has what those above it have. */
export function memoryLadder<Model>(facts: LadderFacts<Model>): readonly Rung<Model>[] {
  const { model, fallbacks, lowMemory, onAccelerator } = facts;
  const rungs: Rung<Model>[] = [{ step: null, model, smallBatch: false, lowMemory, cpuOnly: false }];
  const below = (change: Partial<Rung<Model>> & { readonly step: MemoryStep }): void => {
    rungs.push({ ...(rungs.at(-1) as Rung<Model>), ...change });
  };
  below({ step: 'smaller-batch', smallBatch: true });
  if (!lowMemory) below({ step: 'arena-off', lowMemory: true });
  for (const { step, model: smaller } of fallbacks) below({ step, model: smaller });
  if (onAccelerator) below({ step: 'cpu', cpuOnly: true });
  return rungs;
}
