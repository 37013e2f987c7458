import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { GraphNames, InputSpec } from '@calque/models';
import type { ResolvedModel } from '@calque/models/node';
import type { Engine } from '../contract.ts';
import type { EngineListener } from '../engine-event.ts';
import { EngineService, type EngineServiceOptions } from '../service/engine-service.ts';
import { NodeBackend } from './parent/node-backend.ts';
import { physicalCores } from './physical-cores.ts';

export interface NodeEngineOptions {
  readonly model: ResolvedModel;
  /** The bundled `node/child/main.ts`. */
  readonly childEntry: URL;
  /** Where embeddings are kept between runs; null keeps them in memory only. */
  readonly cacheFolder: string | null;
  /** Default 4 GiB. */
  readonly cacheDiskBytes?: number;
  /** Default 512 MiB: about thirty images. */
  readonly cacheMemoryBytes?: number;
  /** Execution providers to try, in order. Default: those of the platform, then `cpu`. */
  readonly providers?: readonly string[];
  /** Default: physical cores. */
  readonly threads?: number;
  /** The encoder leaves the processor to whoever else wants it: pages, prompts, other programs. Default false. */
  readonly encoderGivesWay?: boolean;
  /** Under half the memory at about twice the time. Default false. */
  readonly lowMemory?: boolean;
  /** One prompt of a batch at a time, and a tenth of the embeddings in memory. Default false. */
  readonly smallBatch?: boolean;
  /** Images of more pixels are refused. Default 268,402,689 (16383 x 16383). */
  readonly maxPixels?: number;
  /** Waiting requests beyond this are refused. Default 256. */
  readonly maxWaiting?: number;
  /** Is told what happens to the child processes and what they do, for a log. */
  readonly onEvent?: EngineListener;
}

const MIB = 1024 * 1024;
const MAX_PIXELS = 16383 * 16383;

/**
 * Has the C library give large blocks back at once instead of keeping them for later (glibc; others ignore it).
 * Without the runtime's arena, this is what decides the peak.
 */
const THRIFTY_MALLOC = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
} as const;

/** What {@link createNodeEngine} returns: the engine, and what a watcher of its processes needs. */
export interface NodeEngine extends Engine {
  /** Process ids by role, of those that run. */
  readonly pids: NodeBackend['pids'];
}

export function createNodeEngine(options: NodeEngineOptions): NodeEngine {
  const { manifest, encoder, decoder } = options.model;
  const lowMemory = options.lowMemory ?? false;
  const isSmall = lowMemory || options.smallBatch === true;
  const backend = new NodeBackend({
    model: { id: manifest.id, graphs: graphNames(manifest), input: manifest.input, encoder, decoder },
    session: {
      providers: options.providers ?? defaultProviders(),
      threads: options.threads ?? physicalCores(),
      lowMemory,
    },
    child: {
      entry: options.childEntry,
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
      ...(lowMemory ? { env: { ...process.env, ...THRIFTY_MALLOC } } : {}),
    },
    encoderGivesWay: options.encoderGivesWay ?? false,
    cacheFolder: options.cacheFolder === null ? null : join(options.cacheFolder, 'embeddings'),
    cacheDiskBytes: options.cacheDiskBytes ?? 4096 * MIB,
    cacheMemoryBytes: options.cacheMemoryBytes ?? (isSmall ? 64 : 512) * MIB,
    maxPixels: options.maxPixels ?? MAX_PIXELS,
  });
  const { maxWaiting } = options;
  return new NodeEngineService(
    backend,
    { sha256: encoder.sha256, input: manifest.input },
    {
      ...(maxWaiting === undefined ? {} : { maxWaiting }),
      ...(options.smallBatch === true ? { decodesAhead: 1 } : {}),
    },
  );
}

function graphNames({ family, interface: names }: GraphNames): GraphNames {
  return names === undefined ? { family } : { family, interface: names };
}

class NodeEngineService extends EngineService implements NodeEngine {
  readonly #backend: NodeBackend;

  constructor(
    backend: NodeBackend,
    encoder: EmbeddingIdentity['encoder'],
    bounds: Pick<EngineServiceOptions, 'maxWaiting' | 'decodesAhead'>,
  ) {
    super({
      backend,
      keyOf: (pixelSha256) => embeddingKey({ pixelSha256, encoder, crop: null }),
      ...bounds,
    });
    this.#backend = backend;
  }

  get pids(): NodeBackend['pids'] {
    return this.#backend.pids;
  }
}

export interface EmbeddingIdentity {
  readonly pixelSha256: string;
  /** The same file fed in another way is another encoder. */
  readonly encoder: { readonly sha256: string; readonly input: InputSpec };
  /** Pixels of the oriented image; null is the whole image. */
  readonly crop: {
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
  } | null;
}

/** Equal for equal embeddings, whatever the file was called: lower-case hexadecimal, safe as a file name. */
export function embeddingKey({ pixelSha256, encoder, crop }: EmbeddingIdentity): string {
  const part = crop === null ? 'whole' : `${crop.x1},${crop.y1},${crop.x2},${crop.y2}`;
  return createHash('sha256')
    .update(`${pixelSha256}\n${encoder.sha256}\n${JSON.stringify(encoder.input)}\n${part}\n`)
    .digest('hex');
}

/** WebGPU is bundled too, but is only used when asked for: its software fallback is slower than the CPU. */
function defaultProviders(): readonly string[] {
  if (process.platform === 'win32') return ['dml', 'cpu'];
  if (process.platform === 'linux' && process.arch === 'x64') return ['cuda', 'cpu'];
  return ['cpu'];
}
