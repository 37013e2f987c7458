import type { Size } from '@calque/core';
import type { NamedTensors } from '@calque/models';
import type { DecoderSession } from '../decoding/decoder-session.ts';
import { PromptDecoder } from '../decoding/prompt-decoder.ts';
import { asCalqueError, embeddingMissing } from '../errors.ts';
import type { DecodedPrompt } from '../service/backend.ts';
import { unpackTensors } from '../unpack-tensors.ts';
import { compareSessions } from './compare-sessions.ts';
import type { DecodeArgs, DecoderCalls, LoadArgs, LoadedDecoder, Outcome } from './decoder-calls.ts';

/** Loads sessions; what differs between a browser's worker and a test on Node. */
export interface Sessions {
  wasm(args: LoadArgs): Promise<DecoderSession>;
  /** Rejects with the reason where this machine has no graphics processor that can be used. */
  graphics(args: LoadArgs): Promise<DecoderSession>;
}

/** The image in view and those around it. An embedding takes up to 17 MB. */
const MOST_EMBEDDINGS = 4;
/** A graphics processor that has not answered by then is none: software renderers take minutes. */
const GRAPHICS_LIMIT_MS = 8000;

interface Loaded {
  readonly args: LoadArgs;
  readonly trusted: PromptDecoder;
  decoder: PromptDecoder;
  provider: string;
  passedOver: string | null;
}

/** What runs in the worker: one decoder, the embeddings of a few images, answers with the code of the engine on Node. */
export function createWorkerDecoder(sessions: Sessions): DecoderCalls {
  const embeddings = new Map<string, NamedTensors>();
  let state: Loaded | null = null;
  const loaded = (): Loaded => {
    if (state === null) throw new Error('no model was loaded');
    return state;
  };
  return {
    load: (args) =>
      outcomeOf('load', async () => {
        const session = await sessions.wasm(args);
        const trusted = decoderOf(args, session);
        trusted.warmUp();
        state = { args, trusted, decoder: trusted, provider: session.provider, passedOver: null };
        return describe(state);
      }),
    admit: ({ key, bytes }) =>
      outcomeOf('admit', async () => {
        embeddings.delete(key);
        embeddings.set(key, unpackTensors(bytes));
        const oldest = embeddings.keys().next();
        if (embeddings.size > MOST_EMBEDDINGS && oldest.done !== true) embeddings.delete(oldest.value);
        return null;
      }),
    tryGraphics: ({ key, image }) =>
      outcomeOf('tryGraphics', async () => {
        await useGraphics(loaded(), sessions, requireEmbedding(embeddings, key), image);
        return describe(loaded());
      }),
    decode: (args) => outcomeOf('decode', () => decode(loaded(), embeddings, args)),
  };
}

function decode(
  { decoder }: Loaded,
  embeddings: ReadonlyMap<string, NamedTensors>,
  { key, image, request }: DecodeArgs,
): Promise<DecodedPrompt> {
  return decoder.decode(requireEmbedding(embeddings, key), image, request);
}

async function useGraphics(
  state: Loaded,
  sessions: Sessions,
  embedding: NamedTensors,
  image: Size,
): Promise<void> {
  try {
    const session = await inTime(sessions.graphics(state.args));
    const tried = decoderOf(state.args, session);
    const verdict = await inTime(
      compareSessions(
        (request) => state.trusted.decode(embedding, image, request),
        (request) => tried.decode(embedding, image, request),
        image,
        () => performance.now(),
      ),
    );
    if (!verdict.use) throw new Error(verdict.reason);
    state.decoder = tried;
    state.provider = session.provider;
  } catch (error) {
    state.passedOver = error instanceof Error ? error.message : String(error);
  }
}

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${GRAPHICS_LIMIT_MS / 1000} s`)),
      GRAPHICS_LIMIT_MS,
    );
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function decoderOf({ graphs, input }: LoadArgs, session: DecoderSession): PromptDecoder {
  return new PromptDecoder(graphs, input, session);
}

function describe({ provider, args, passedOver }: Loaded): LoadedDecoder {
  return { provider, threads: args.threads, passedOver };
}

function requireEmbedding(embeddings: ReadonlyMap<string, NamedTensors>, key: string): NamedTensors {
  const embedding = embeddings.get(key);
  if (embedding === undefined) throw embeddingMissing(key);
  return embedding;
}

async function outcomeOf<Value>(call: string, work: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: asCalqueError(error, call).toJSON() };
  }
}
