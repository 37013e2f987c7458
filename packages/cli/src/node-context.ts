import { fileURLToPath } from 'node:url';
import type { Engine } from '@calque/engine';
import type { ResolvedModel } from '@calque/models/node';
import type { CliContext, EngineSettings } from './context.ts';

/** The context of a real process. What is heavy is imported when a command asks for it. */
export function nodeContext(signal: AbortSignal, pageFolder: string | null): CliContext {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    cwd: process.cwd(),
    env: process.env,
    signal,
    now: () => new Date(),
    assetsFolder: fileURLToPath(new URL('.', import.meta.url)),
    pageFolder,
    openStore: async () => {
      const { createModelStore } = await import('@calque/models/node');
      return createModelStore();
    },
    createEngine: openNodeEngine,
  };
}

async function openNodeEngine(model: ResolvedModel, settings: EngineSettings): Promise<Engine> {
  const [{ createLadderEngine, createNodeEngine }, { calqueHome }] = await Promise.all([
    import('@calque/engine/node'),
    import('@calque/models/node'),
  ]);
  const { threads, providers, lowMemory, diskCache, diskCacheBytes, onEvent, fallbacks } = settings;
  const options = {
    model,
    // Every chunk of the bundle lies in one folder, beside the child's entry.
    childEntry: new URL('./inference-child.js', import.meta.url),
    cacheFolder: diskCache ? calqueHome() : null,
    lowMemory,
    encoderGivesWay: settings.encoderGivesWay ?? false,
    ...(diskCacheBytes === undefined ? {} : { cacheDiskBytes: diskCacheBytes }),
    ...(threads === undefined ? {} : { threads }),
    ...(providers === undefined ? {} : { providers }),
    ...(onEvent === undefined ? {} : { onEvent }),
  };
  if (fallbacks === undefined) return createNodeEngine(options);
  return createLadderEngine({ ...options, fallbacks, onEvent: onEvent ?? (() => undefined) });
}
