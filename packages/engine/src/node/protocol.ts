import type { SerializedError } from '@calque/core';
import type { GraphNames, InputSpec, NamedTensors } from '@calque/models';
import type { DecodeRequest, EngineInfo, ImageFacts, ImageSource } from '../contract.ts';
import type { DecodedPrompt, EncodedInBackend, ReadImage } from '../service/backend.ts';

/** Raised with every change of the messages below; parent and child refuse to talk across versions. */
export const PROTOCOL_VERSION = 4;

export type Role = 'reader' | 'encoder' | 'decoder';

/** Every call that crosses the process boundary, by role: what goes in, what comes out. */
export interface Calls {
  readonly reader: {
    readonly read: Call<ReadArgs, ReadImage>;
  };
  readonly encoder: {
    readonly load: Call<LoadArgs, LoadResult>;
    readonly encode: Call<EncodeArgs, EncodeResult>;
    /** Puts the embedding that was computed last into the disk cache, where that can be written to. */
    readonly store: Call<StoreArgs, null>;
  };
  readonly decoder: {
    readonly load: Call<LoadArgs & DecoderArgs, LoadResult>;
    readonly lookup: Call<{ readonly key: string }, 'memory' | 'disk' | null>;
    /** Takes an embedding over from the encoder. */
    readonly admit: Call<{ readonly key: string; readonly handover: Handover }, null>;
    readonly decode: Call<DecodeArgs, DecodedPrompt>;
    readonly tensors: Call<{ readonly key: string }, NamedTensors>;
  };
}

export interface Call<Args, Result> {
  readonly args: Args;
  readonly result: Result;
}

export interface ReadArgs {
  readonly source: ImageSource;
  readonly input: Pick<InputSpec, 'fit' | 'size'>;
  readonly maxPixels: number;
}

export interface SessionSettings {
  /** Tried one by one, in order. */
  readonly providers: readonly string[];
  readonly threads: number;
  readonly lowMemory: boolean;
}

export interface LoadArgs {
  readonly modelPath: string;
  /** What inputs and outputs are called in the file, where that differs from the interface. */
  readonly names: Readonly<Record<string, string>>;
  readonly graphs: GraphNames;
  readonly input: InputSpec;
  readonly session: SessionSettings;
}

export interface DecoderArgs {
  /** Folder of cached embeddings; null keeps them in memory only. */
  readonly cacheFolder: string | null;
  readonly cacheMemoryBytes: number;
}

export interface LoadResult {
  readonly provider: string;
  readonly providers: readonly ProbedProvider[];
}

export type ProbedProvider = EngineInfo['providers'][number];

export interface EncodeArgs {
  readonly key: string;
  /** uint8, interleaved RGB, row-major, of `scaled` size. */
  readonly pixels: Uint8Array;
  readonly image: { readonly width: number; readonly height: number };
  /** File to leave the embedding in; null to answer with it. */
  readonly passage: string | null;
}

export interface StoreArgs {
  readonly key: string;
  readonly cacheFolder: string;
  readonly cacheDiskBytes: number;
}

export interface EncodeResult extends EncodedInBackend {
  readonly handover: Handover;
}

/** An embedding on its way from the encoder to the decoder: in a file, or whole where none can be written. */
export type Handover =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

export interface DecodeArgs {
  readonly key: string;
  readonly image: Pick<ImageFacts, 'width' | 'height'>;
  readonly request: DecodeRequest;
}

export interface RequestMessage {
  readonly version: number;
  readonly id: number;
  readonly call: string;
  readonly args: unknown;
  /** Of the HTTP request, or the like, that the call is made for. */
  readonly requestId: string | null;
}

/** What a child tells about its own work, unasked. Only where the parent wants to hear it: see {@link TELLING}. */
export interface NoteMessage {
  readonly version: number;
  readonly note: CallNote;
}

export interface CallNote {
  readonly call: string;
  readonly requestId: string | null;
  readonly ms: number;
  /** Null where the call went well. */
  readonly code: string | null;
}

/** Second argument of a child that sends notes. */
export const TELLING = 'telling';

export type ResponseMessage = { readonly version: number; readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SerializedError }
);
