import { createModelStore, type ResolvedModel } from '@calque/models/node';
import { createNodeEngine, type NodeEngine, type NodeEngineOptions } from '../create-node-engine.ts';

/** The bundle that the tests' global set-up has built. */
export const childEntry: URL = new URL('../../../../cli/dist/inference-child.js', import.meta.url);

export function realModel(id: string): Promise<ResolvedModel> {
  return createModelStore().ensure(id);
}

export async function realEngine(id: string, options: Partial<NodeEngineOptions> = {}): Promise<NodeEngine> {
  return createNodeEngine({
    model: await realModel(id),
    childEntry,
    cacheFolder: null,
    providers: ['cpu'],
    ...options,
  });
}
