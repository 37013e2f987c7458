import { adapterFor, type FamilyAdapter, fitImage, type InputSpec, toTensor } from '@calque/models';
import { packEmbedding } from '../cache/embedding-file.ts';
import { EmbeddingFolder } from '../cache/embedding-folder.ts';
import type { EncodeArgs, EncodeResult, Handover, LoadArgs, LoadResult } from '../protocol.ts';
import { type LoadedSession, loadSession } from './ort-session.ts';
import type { Handlers } from './serve-calls.ts';

interface Loaded {
  readonly adapter: FamilyAdapter;
  readonly input: InputSpec;
  readonly session: LoadedSession;
  /** What the last image went in with, and what it came out as: memory that the next one uses again. */
  scratch: { input: Float32Array | null; packed: Uint8Array };
}

/** The role that runs the encoder: nothing lives here but the session, so that killing it loses nothing. */
export function createEncoder(): Handlers<'encoder'> {
  let loaded: Loaded | undefined;
  return {
    async load(args: LoadArgs): Promise<LoadResult> {
      const session = await loadSession(args, args.session);
      warmUp(args.input);
      const scratch = { input: null, packed: new Uint8Array(0) };
      loaded = { adapter: adapterFor(args.graphs), input: args.input, session, scratch };
      return { provider: session.provider, providers: session.providers };
    },
    async encode(args: EncodeArgs): Promise<EncodeResult> {
      if (loaded === undefined) throw new Error('no model was loaded');
      return encode(loaded, args);
    },
  };
}

/** Has the code that feeds the session compiled before the first image comes. */
function warmUp(input: InputSpec): void {
  const small = { width: 64, height: 64 };
  const pixels = new Uint8Array(small.width * small.height * 3);
  for (let round = 0; round < 30; round++) toTensor(pixels, small, { ...input, size: small });
}

async function encode(loaded: Loaded, args: EncodeArgs): Promise<EncodeResult> {
  const { adapter, input, session, scratch } = loaded;
  const started = performance.now();
  const tensor = toTensor(args.pixels, fitImage(args.image, input).scaled, input, scratch.input);
  scratch.input = tensor.data;
  const prepared = performance.now();
  const outputs = await session.run(adapter.encoderFeeds(tensor), 'encoding');
  const encodeMs = performance.now() - prepared;
  scratch.packed = packEmbedding(args.key, adapter.embeddingFrom(outputs), scratch.packed);
  const handover = await handOver(args, scratch.packed);
  return { handover, provider: session.provider, preprocessMs: prepared - started, encodeMs };
}

async function handOver(
  { key, cacheFolder, cacheDiskBytes }: EncodeArgs,
  bytes: Uint8Array,
): Promise<Handover> {
  if (cacheFolder === null) return { kind: 'bytes', bytes };
  try {
    return { kind: 'file', path: await new EmbeddingFolder(cacheFolder, cacheDiskBytes).write(key, bytes) };
  } catch {
    // A cache that cannot be written to (full or read-only disk) costs time, never the result.
    return { kind: 'bytes', bytes };
  }
}
