/**
 * The engine, on one screen: encode an image once, decode many prompts against it.
 *
 * Everything that runs a model (child processes on Node, a web worker, a remote server, the fake of the tests) is used
 * through {@link Engine} and passes the same contract suite (`testing/engine-contract.ts`).
 */
import type { BoxXyxy, PostprocessOptions, Prompt, Rle, Size } from '@calque/core';

export interface Engine {
  /** Loads the model. Optional: the first call does it too. Rejects with `model-load-failed`. */
  start(options?: CallOptions): Promise<EngineInfo>;
  /**
   * Reads and encodes an image, or finds its embedding in a cache. Identical concurrent calls share one encode.
   * Rejects with an `image-…` error, `engine-busy`, `engine-crashed` or the signal's reason.
   */
  encode(source: ImageSource, options?: EncodeOptions): Promise<EncodedImage>;
  /** Answers one prompt. Rejects with a `prompt-…` error, `superseded`, `engine-busy`, `engine-crashed` or the signal's reason. */
  decode(image: EncodedImage, request: DecodeRequest, options?: DecodeOptions): Promise<Prediction>;
  /** Refuses new calls, rejects those under way with `engine-closed` and frees everything. */
  close(): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
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

/** Handle to an encoded image: plain data, valid as long as its engine, also after the engine dropped the embedding. */
export interface EncodedImage {
  /** Pixel hash + model hash + crop: equal for equal embeddings. */
  readonly key: string;
  readonly image: ImageFacts;
  readonly cache: 'memory' | 'disk' | 'miss';
  /** Execution provider that encoded it; null where a cache had the embedding. */
  readonly provider: string | null;
  readonly timingsMs: EncodeTimings;
}

export interface ImageFacts extends Size {
  /** File path or the name given with the bytes. */
  readonly path: string;
  readonly sha256: string;
  readonly pixelSha256: string;
  readonly orientation: number;
  readonly format: string;
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

export interface Prediction {
  /** In the model's order. */
  readonly candidates: readonly Candidate[];
  /** Index into `candidates`. */
  readonly chosen: number;
  readonly mask: MeasuredMask;
  /** Execution provider that decoded it. */
  readonly provider: string;
  readonly timingsMs: DecodeTimings;
}

export interface Candidate {
  readonly index: number;
  /** Predicted IoU, raw: can leave [0, 1]. */
  readonly score: number;
  /** IoU of the mask thresholded at +1 and at -1, in [0, 1]. */
  readonly stability: number;
  readonly areaPx: number;
  readonly box: BoxXyxy | null;
  /** With `allMasks`. */
  readonly mask?: MeasuredMask;
  /** With `logits`: float32, row-major, the model's `maskInput` size (256 x 256). */
  readonly logits?: Float32Array;
}

export interface MeasuredMask {
  readonly rle: Rle;
  readonly areaPx: number;
  readonly perimeterPx: number;
  readonly box: BoxXyxy | null;
  readonly components: number;
  readonly holes: number;
  readonly score: number;
  readonly stability: number;
}

/** Milliseconds of wall time. A cached embedding makes `encode` 0; its image is still read and scaled. */
export interface EncodeTimings {
  readonly queue: number;
  readonly read: number;
  readonly preprocess: number;
  readonly encode: number;
  readonly total: number;
}

export interface DecodeTimings {
  readonly queue: number;
  readonly decode: number;
  readonly postprocess: number;
  readonly measure: number;
  readonly total: number;
}

export interface EngineInfo {
  readonly model: {
    readonly id: string;
    readonly files: readonly { readonly name: string; readonly sha256: string }[];
    readonly provider: string;
  };
  /** Every provider that was tried, in order, with the reason where it was passed over. */
  readonly providers: readonly { readonly name: string; readonly ok: boolean; readonly reason?: string }[];
  readonly threads: number;
  readonly loadMs: number;
}
