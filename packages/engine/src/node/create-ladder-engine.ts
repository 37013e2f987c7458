import type { ResolvedModel } from '@calque/models/node';
import type { Engine } from '../contract.ts';
import { LadderEngine } from '../ladder/ladder-engine.ts';
import type { Fallback, Rung } from '../ladder/memory-step.ts';
import { createNodeEngine, type NodeEngineOptions } from './create-node-engine.ts';
import { watchMemoryKills } from './memory-kills.ts';

export interface LadderEngineOptions extends NodeEngineOptions {
  /** Models that are installed and smaller, from the largest to the smallest. Asked when memory does not suffice. */
  readonly fallbacks: () => Promise<readonly Fallback<ResolvedModel>[]>;
  readonly onEvent: NonNullable<NodeEngineOptions['onEvent']>;
}

/** An engine whose processes were not given the memory that they need, and that goes on with less. */
export type SteppingEngine = Engine & {
  /** Tries everything at its full size again. */
  climb(): Promise<void>;
};

/** An engine in child processes that steps down where memory does not suffice: see {@link LadderEngine}. */
export function createLadderEngine(options: LadderEngineOptions): SteppingEngine {
  const { fallbacks, onEvent, lowMemory = false } = options;
  const model = named(options.model);
  return new LadderEngine({
    top: { step: null, model, smallBatch: false, lowMemory, cpuOnly: false },
    open: async (rung) => createNodeEngine(settingsAt(rung, options)),
    facts: async (provider) => ({
      model,
      fallbacks: (await fallbacks()).map(({ step, model: smaller }) => ({ step, model: named(smaller) })),
      lowMemory,
      onAccelerator: provider !== null && provider !== 'cpu',
    }),
    onEvent,
    killedForMemory: watchMemoryKills(),
  });
}

type NamedModel = ResolvedModel & { readonly id: string };

function named(model: ResolvedModel): NamedModel {
  return { ...model, id: model.manifest.id };
}

function settingsAt(rung: Rung<NamedModel>, options: LadderEngineOptions): NodeEngineOptions {
  const { model, smallBatch, lowMemory, cpuOnly } = rung;
  return { ...options, model, smallBatch, lowMemory, ...(cpuOnly ? { providers: ['cpu'] } : {}) };
}
