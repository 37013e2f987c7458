/**
 * The engine, on one screen: encode an image once, decode many prompts against it.
 *
 * Everything that runs a model (child processes on Node, a web worker, a remote server, the fake of the tests) is used
 * through {@link Engine} and passes the same contract suite (`testing/engine-contract.ts`). Every call rejects with
 * `engine-request-invalid` where its arguments are not of the types that are stated here.
 */
import type { PostprocessOptions, Prompt } from '@calque/core';
import type { NamedTensors } from '@calque/models';
import type { EncodedImage, EngineInfo, EngineLoad, ModelPrediction } from './results.ts';

export type * from './results.ts';

export interface Engine {
  /** Loads the model. Optional: the first call does it too. Rejects with `model-load-failed`. */
  start(options?: CallOptions): Promise<EngineInfo>;
  /**
   * Reads and encodes an image, or finds its embedding in a cache. Identical concurrent calls share one encode.
   * Rejects with an `image-…` error, `engine-busy`, `engine-crashed`, `engine-out-of-memory` or the signal's reason.
   */
  encode(source: ImageSource, options?: EncodeOptions): Promise<EncodedImage>;
  /**
   * Answers one prompt. Rejects with a `prompt-…`, `box-…`, `point-…` or `mask-…` error, `superseded`, `engine-busy`,
   * `engine-crashed`, `engine-out-of-memory` or the signal's reason.
   */
  decode(image: EncodedImage, request: DecodeRequest, options?: DecodeOptions): Promise<ModelPrediction>;
  /**
   * Answers many prompts on one image, in their order; every prompt is checked before the first one is decoded. They take
   * turns with other calls instead of holding them up, however many they are. Rejects as `decode` does, with the first
   * failure, whose `details.request` is the index of its prompt.
   */
  decodeMany(
    image: EncodedImage,
    requests: readonly DecodeRequest[],
    options?: DecodeManyOptions,
  ): Promise<readonly ModelPrediction[]>;
  /**
   * The embedding itself: float32 tensors under the names that the family's `decoderFeeds` takes, for a decoder that runs
   * elsewhere. Encodes the image again where it was dropped. Rejects as `decode` does.
   */
  tensors(image: EncodedImage, options?: CallOptions): Promise<NamedTensors>;
  /** How busy it is now. */
  readonly load: EngineLoad;
  /** Refuses new calls, rejects those under way with `engine-closed` and frees everything. */
  close(): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Names the request that the call is made for: it stands in the log, also of the child processes. Up to 100 characters. */
  readonly requestId?: string;
  /** Who the call is made for: waiting calls of different people take turns. Up to 100 characters. */
  readonly person?: string;
}

/** A file is read by the engine itself, beside its model; bytes are an encoded image file (JPEG, PNG, …). */
export type ImageSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly name: string };

/** `interactive` is for the image in view; `batch` waits for everything else. */
export type Lane = 'interactive' | 'batch';

export interface EncodeOptions extends CallOptions {
  readonly lane?: Lane;
  /** Called when the work passes to its next part, for people who wait: `encoding` is not reached on a cache hit. */
  readonly onStage?: (stage: EncodeStage) => void;
}

export type EncodeStage = 'reading' | 'encoding';

export interface DecodeOptions extends CallOptions {
  readonly lane?: Lane;
  /**
   * Editing session: a newer call supersedes those of the same session that still wait. The one being decoded is
   * answered all the same, so that a preview which follows the pointer shows something; callers drop late answers.
   */
  readonly session?: string;
}

export interface DecodeManyOptions extends CallOptions {
  /** Default `batch`. */
  readonly lane?: Lane;
  /** Called with each answer when it is there, in their order: to show them as they come. */
  readonly onPrediction?: (prediction: ModelPrediction, index: number) => void;
}

export interface DecodeRequest {
  readonly prompt: Prompt;
  /** Which candidate becomes the mask. Default `best`: the highest score. */
  readonly choose?: 'best' | number;
  readonly postprocess?: PostprocessOptions;
  /** Also return every candidate's mask (post-processed), not just the chosen one. */
  readonly allMasks?: boolean;
  /** Also return every candidate's low-resolution logits, to be given back as a mask prompt. */
  readonly logits?: boolean;
}
