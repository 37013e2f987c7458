import { readFile } from 'node:fs/promises';
import type { NamedTensors } from '@calque/models';
import { PromptDecoder } from '../../decoding/prompt-decoder.ts';
import { embeddingMissing } from '../../errors.ts';
import type { DecodedPrompt } from '../../service/backend.ts';
import { unpackFreshEmbedding } from '../cache/embedding-file.ts';
import { EmbeddingFolder } from '../cache/embedding-folder.ts';
import { EmbeddingMemory } from '../cache/embedding-memory.ts';
import { ReadyMemory } from '../cache/ready-memory.ts';
import type { DecodeArgs, DecoderArgs, Handover, LoadArgs } from '../protocol.ts';
import { loadSession } from './ort-session.ts';
import type { Handlers } from './serve-calls.ts';

interface Loaded {
  readonly decoder: PromptDecoder;
  readonly memory: EmbeddingMemory;
  readonly folder: EmbeddingFolder | null;
  /** Null where memory is short. */
  readonly ready: ReadyMemory | null;
}

/** The role that people wait for: it holds embeddings and the decoder, and is never killed to cancel something. */
export function createDecoder(): Handlers<'decoder'> {
  let state: Loaded | undefined;
  const loaded = (): Loaded => {
    if (state === undefined) throw new Error('no model was loaded');
    return state;
  };
  return {
    async load(args: LoadArgs & DecoderArgs) {
      const session = await loadSession(args, args.session);
      const decoder = new PromptDecoder(args.graphs, args.input, session);
      decoder.warmUp();
      state = {
        decoder,
        memory: new EmbeddingMemory(args.cacheMemoryBytes),
        // The encoder trims the folder; here it is only read.
        folder:
          args.cacheFolder === null ? null : new EmbeddingFolder(args.cacheFolder, Number.POSITIVE_INFINITY),
        ready: args.session.lowMemory ? null : new ReadyMemory(),
      };
      return { provider: session.provider, providers: session.providers };
    },
    lookup: async ({ key }) => {
      const { memory } = loaded();
      if (memory.get(key) !== null) return 'memory';
      return (await findEmbedding(loaded(), key)) === null ? null : 'disk';
    },
    admit: async ({ key, handover }) => {
      const { memory, ready } = loaded();
      const tensors = unpackFreshEmbedding(key, await handedOver(handover, ready));
      if (tensors === null) throw embeddingMissing(key);
      memory.set(key, tensors);
      return null;
    },
    decode: async (args) => decode(loaded(), args),
    tensors: async ({ key }) => requireEmbedding(loaded(), key),
  };
}

async function decode(state: Loaded, { key, image, request }: DecodeArgs): Promise<DecodedPrompt> {
  return state.decoder.decode(await requireEmbedding(state, key), image, request);
}

async function requireEmbedding(state: Loaded, key: string): Promise<NamedTensors> {
  const embedding = await findEmbedding(state, key);
  if (embedding === null) throw embeddingMissing(key);
  return embedding;
}

async function findEmbedding({ memory, folder }: Loaded, key: string): Promise<NamedTensors | null> {
  const held = memory.get(key);
  if (held !== null || folder === null) return held;
  const stored = await folder.read(key);
  if (stored !== null) memory.set(key, stored);
  return stored;
}

/** Nothing where the file is gone or cannot be read: the parent then asks for the bytes. */
async function handedOver(handover: Handover, ready: ReadyMemory | null): Promise<Uint8Array> {
  if (handover.kind === 'bytes') return handover.bytes;
  const { path } = handover;
  return (ready === null ? readFile(path) : ready.readFile(path)).catch((error: NodeJS.ErrnoException) => {
    // As bytes it would need as much memory again.
    if (error.code === undefined || error.code === 'ENOMEM') throw error;
    return new Uint8Array();
  });
}
