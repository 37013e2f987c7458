import { constants, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { adapterFor, type FamilyAdapter, fitImage, type InputSpec, toTensor } from '@calque/models';
import { packEmbedding } from '../cache/embedding-file.ts';
import { EmbeddingFolder } from '../cache/embedding-folder.ts';
import type { EncodeArgs, EncodeResult, Handover, LoadArgs, LoadResult, StoreArgs } from '../protocol.ts';
import { type LoadedSession, loadSession } from './ort-session.ts';
import type { Handlers } from './serve-calls.ts';

interface Loaded {
  readonly adapter: FamilyAdapter;
  readonly input: InputSpec;
  readonly session: LoadedSession;
  /** What the last image went in with, and what it came out as: memory that the next one uses again. */
  readonly scratch: { input: Float32Array | null; packed: Uint8Array };
  /** Key of what is packed. */
  packedKey: string | null;
}

/** The role that runs the encoder: nothing lives here but the session and what is being stored, so that killing it costs time alone. */
export function createEncoder(): Handlers<'encoder'> {
  let loaded: Loaded | undefined;
  return {
    async load(args: LoadArgs): Promise<LoadResult> {
      const session = await loadSession(args, args.session);
      warmUp(args.input);
      const scratch = { input: null, packed: new Uint8Array(0) };
      loaded = { adapter: adapterFor(args.graphs), input: args.input, session, scratch, packedKey: null };
      return { provider: session.provider, providers: session.providers };
    },
    async encode(args: EncodeArgs): Promise<EncodeResult> {
      if (loaded === undefined) throw new Error('no model was loaded');
      return encode(loaded, args);
    },
    async store(args: StoreArgs): Promise<null> {
      // Another process may have computed it, which is gone.
      if (loaded?.packedKey === args.key) await store(loaded.scratch.packed, args);
      return null;
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
  if (args.passage !== null) leaveNothingBehind(dirname(args.passage));
  const started = performance.now();
  const tensor = toTensor(args.pixels, fitImage(args.image, input).scaled, input, scratch.input);
  scratch.input = tensor.data;
  const prepared = performance.now();
  const outputs = await session.run(adapter.encoderFeeds(tensor), 'encoding');
  const encodeMs = performance.now() - prepared;
  loaded.packedKey = null;
  scratch.packed = packEmbedding(args.key, adapter.embeddingFrom(outputs), scratch.packed);
  loaded.packedKey = args.key;
  const handover = await handOver(args.passage, scratch.packed);
  return { handover, provider: session.provider, preprocessMs: prepared - started, encodeMs };
}

const passages = new Set<string>();

/** A parent that was killed cannot remove its folder; this process ends by itself then. */
function leaveNothingBehind(folder: string): void {
  if (passages.has(folder)) return;
  passages.add(folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

async function handOver(passage: string | null, bytes: Uint8Array): Promise<Handover> {
  if (passage === null) return { kind: 'bytes', bytes };
  try {
    await overwrite(passage, bytes);
    return { kind: 'file', path: passage };
  } catch {
    // A full temporary folder costs time, never the result, and is not kept full.
    await rm(passage, { force: true }).catch(() => undefined);
    return { kind: 'bytes', bytes };
  }
}

/** In place: the system has the memory of what is in the file already. */
async function overwrite(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    for (let at = 0; at < bytes.length; )
      at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
    if ((await file.stat()).size !== bytes.length) await file.truncate(bytes.length);
  } finally {
    await file.close();
  }
}

async function store(bytes: Uint8Array, { key, cacheFolder, cacheDiskBytes }: StoreArgs): Promise<void> {
  try {
    await new EmbeddingFolder(cacheFolder, cacheDiskBytes).write(key, bytes);
  } catch {
    // A cache that cannot be written to (full or read-only disk) costs time, never the result.
  }
}
