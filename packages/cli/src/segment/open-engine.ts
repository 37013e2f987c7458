import type { Engine } from '@calque/engine';
import type { ResolvedModel } from '@calque/models/node';
import { type EngineFlags, engineSettings } from '../arguments/segment-flags.ts';
import type { CliContext } from '../context.ts';
import { startPullProgress } from '../output/pull-progress.ts';

export interface OpenedEngine {
  readonly engine: Engine;
  readonly model: ResolvedModel;
}

/** The model that was asked for, or the default one; downloaded, with progress on stderr, where it is missing. */
export async function ensureModel(
  context: CliContext,
  { id, quiet }: { readonly id: string | undefined; readonly quiet: boolean },
): Promise<ResolvedModel> {
  const store = await context.openStore();
  const wanted = id ?? (await defaultModelId(store));
  const progress = await startPullProgress(context, { quiet });
  try {
    return await store.ensure(wanted, { signal: context.signal, onProgress: progress.onProgress });
  } finally {
    progress.stop();
  }
}

async function defaultModelId(store: Awaited<ReturnType<CliContext['openStore']>>): Promise<string> {
  const models = await store.list();
  const chosen = models.find((model) => model.isDefault) ?? models[0];
  if (chosen === undefined) throw new Error('the store knows no model');
  return chosen.manifest.id;
}

/** Opens the engine for `use` and closes it whatever happens. */
export async function withEngine<T>(
  context: CliContext,
  { flags, quiet }: { readonly flags: EngineFlags; readonly quiet: boolean },
  use: (opened: OpenedEngine) => Promise<T>,
): Promise<T> {
  const model = await ensureModel(context, { id: flags.model, quiet });
  const engine = await context.createEngine(model, engineSettings(flags));
  try {
    return await use({ engine, model });
  } finally {
    await engine.close();
  }
}
