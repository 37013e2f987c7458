import type { SerializedError, Size } from '@calque/core';
import type { GraphNames, InputSpec } from '@calque/models';
import type { DecodeRequest } from '../contract.ts';
import type { DecodedPrompt } from '../service/backend.ts';

/** Every call that goes to the decoder's worker. Errors come back as data: a thrown one would lose its code on the way. */
export interface DecoderCalls {
  /** Compiles the runtime and loads the decoder. */
  load(args: LoadArgs): Promise<Outcome<LoadedDecoder>>;
  /** Takes an embedding as it came from the server (docs/embedding-cache.md). */
  admit(args: { readonly key: string; readonly bytes: ArrayBuffer }): Promise<Outcome<null>>;
  /** Tries the graphics processor on an embedding that is there, and keeps it where it is right and faster. */
  tryGraphics(args: { readonly key: string; readonly image: Size }): Promise<Outcome<LoadedDecoder>>;
  decode(args: DecodeArgs): Promise<Outcome<DecodedPrompt>>;
}

export interface LoadArgs {
  readonly graphs: GraphNames;
  /** What inputs and outputs are called in the file, where that differs. */
  readonly names: Readonly<Record<string, string>>;
  readonly input: InputSpec;
  /** The decoder's file (ONNX). */
  readonly model: ArrayBuffer;
  readonly threads: number;
}

export interface LoadedDecoder {
  readonly provider: string;
  readonly threads: number;
  /** Why the graphics processor is not used; null where it is, or where it was not tried yet. */
  readonly passedOver: string | null;
}

export interface DecodeArgs {
  readonly key: string;
  readonly image: Size;
  readonly request: DecodeRequest;
}

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: SerializedError };
