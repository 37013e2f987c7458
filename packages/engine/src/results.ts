import type { BoxXyxy, MaskMeasures, Rle, Size } from '@calque/core';

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
  /** Mean luma (weights of Rec. 709, on sRGB values) of the image as it is shrunk for the model, in [0, 1]. */
  readonly brightness: number;
}

/** How busy an engine is at this moment. */
export interface EngineLoad {
  /** Calls that wait in its queue. */
  readonly waiting: number;
  /** Calls that are worked on. */
  readonly running: number;
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

/** What an engine answers. */
export interface ModelPrediction extends Prediction {
  /** That answered: where memory does not suffice it can be another one than was asked for. */
  readonly model: EngineInfo['model'];
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

export interface MeasuredMask extends MaskMeasures {
  readonly rle: Rle;
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
