import type { NamedTensors } from '@calque/models';
import type { DecodeRequest, EngineInfo, ImageFacts, ImageSource, Prediction } from '../contract.ts';

/**
 * Where a model really runs: three workers without a queue of their own. The service calls `read`, `encode` and
 * `decode` with one request at a time each, and holds all policy (order, sharing, cancelling, retrying).
 *
 * A call that rejects with `engine-crashed` leaves the backend usable: the worker is started again by the next call.
 */
export interface Backend {
  start(signal: AbortSignal): Promise<EngineInfo>;
  /** Reads, orients, hashes and shrinks an image. Aborting stops the work. */
  read(source: ImageSource, call: StoppableCall): Promise<ReadImage>;
  /** Where the embedding of these pixels is. `disk` has been checked and brought to the decoder's memory. */
  lookup(key: string, call: BackendCall): Promise<'memory' | 'disk' | null>;
  /** Runs the encoder and hands the embedding to the decoder. Aborting stops the work. */
  encode(key: string, image: ReadImage, call: StoppableCall): Promise<EncodedInBackend>;
  /** Rejects with `embedding-missing` when the embedding is neither in memory nor on disk. */
  decode(key: string, image: ImageFacts, request: DecodeRequest, call: BackendCall): Promise<DecodedPrompt>;
  /** The embedding, for a decoder elsewhere. Rejects as `decode` does. */
  tensors(key: string, call: BackendCall): Promise<NamedTensors>;
  close(): Promise<void>;
}

/** What a call is made for. */
export interface BackendCall {
  /** Null for work that no request asked for. */
  readonly requestId: string | null;
}

export interface StoppableCall extends BackendCall {
  readonly signal: AbortSignal;
}

export interface ReadImage {
  readonly facts: ImageFacts;
  /** uint8, interleaved RGB, row-major, of the size that the model's input spec fits the image to. */
  readonly pixels: Uint8Array;
  readonly readMs: number;
  readonly preprocessMs: number;
}

export interface EncodedInBackend {
  readonly provider: string;
  readonly preprocessMs: number;
  readonly encodeMs: number;
}

export interface DecodedPrompt extends Omit<Prediction, 'timingsMs'> {
  readonly decodeMs: number;
  readonly postprocessMs: number;
  readonly measureMs: number;
}
