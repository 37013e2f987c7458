import type { Engine, EngineListener, Fallback } from '@calque/engine';
import type { ModelStore, ResolvedModel } from '@calque/models/node';

/** Everything a command touches outside itself, so that tests run commands in their own process with fakes. */
export interface CliContext {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl+C and when stdout is closed by its reader. */
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Folder of `self-test.jpg`, `self-test.labels.png` and `samples`. */
  readonly assetsFolder: string;
  /** Folder of the built page; null where there is none. */
  readonly pageFolder: string | null;
  readonly openStore: () => Promise<ModelStore>;
  readonly createEngine: (model: ResolvedModel, settings: EngineSettings) => Promise<Engine>;
}

export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

export interface EngineSettings {
  readonly threads?: number;
  /** Tried in this order; absent: the engine's own order. */
  readonly providers?: readonly string[];
  readonly lowMemory: boolean;
  /** The encoder leaves the processor to whoever else wants it. */
  readonly encoderGivesWay?: boolean;
  /** Keep and use embeddings on disk. */
  readonly diskCache: boolean;
  /** Absent: the engine's own limit. */
  readonly diskCacheBytes?: number;
  readonly onEvent?: EngineListener;
  /** With it the engine steps down where memory does not suffice, and says so to `onEvent`. */
  readonly fallbacks?: () => Promise<readonly Fallback<ResolvedModel>[]>;
}
