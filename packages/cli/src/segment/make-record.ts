import {
  type BoxXyxy,
  type BoxXyxyArray,
  boxToArray,
  countsToString,
  type PredictionRecord,
  RECORD_SCHEMA_VERSION,
  type RecordedPrompt,
  type RecordedTimings,
} from '@calque/core';
import type { EncodedImage, EngineInfo, MeasuredMask, Prediction } from '@calque/engine';
import { SOFTWARE } from '../version.ts';
import { recordedRleOf } from './mask-input.ts';
import type { SegmentOptions, SegmentRequest } from './segment-request.ts';

/** A record with what the command line adds to it (docs/record.md). */
export interface CliRecord extends PredictionRecord {
  /** See {@link requestKey}. */
  readonly key: string;
  /** Path of the image from the folder of the record, in records that lie in one; with `/`. */
  readonly imageFromRecord?: string;
}

export interface RecordParts {
  readonly key: string;
  readonly request: SegmentRequest;
  readonly options: SegmentOptions;
  readonly path: string;
  readonly encoded: EncodedImage;
  /** The encode was counted in the record of an earlier prompt on this image. */
  readonly encodeShared: boolean;
  readonly prediction: Prediction;
  readonly model: EngineInfo['model'];
  readonly createdAt: Date;
}

export function makeRecord(parts: RecordParts): CliRecord {
  const { request, prediction, encoded } = parts;
  const { width, height, orientation, sha256, pixelSha256 } = encoded.image;
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    ...(request.id === undefined ? {} : { id: request.id }),
    image: { path: parts.path, sha256, pixelSha256, width, height, orientation },
    model: { id: parts.model.id, files: parts.model.files, provider: providersOf(parts) },
    prompt: recordedPrompt(request),
    candidates: prediction.candidates.map(({ index, score, stability, areaPx, box }) => ({
      index,
      score,
      stability,
      areaPx,
      box: arrayOf(box),
    })),
    chosen: prediction.chosen,
    postprocess: parts.options.postprocess,
    mask: recordedMask(prediction.mask),
    timingsMs: recordedTimings(parts),
    software: SOFTWARE,
    createdAt: parts.createdAt.toISOString(),
    key: parts.key,
  };
}

/** Encoder and decoder mostly run on the same one; a cached embedding does not tell. */
function providersOf({ encoded, prediction }: RecordParts): string {
  const { provider } = prediction;
  return encoded.provider === null || encoded.provider === provider
    ? provider
    : `${encoded.provider}+${provider}`;
}

function recordedPrompt({ box, points, maskInput }: SegmentRequest): RecordedPrompt {
  return {
    box: arrayOf(box),
    points: points.map(({ x, y, label }) => ({ x, y, label })),
    maskInput:
      maskInput === null
        ? null
        : { path: maskInput.path, sha256: maskInput.sha256, rle: recordedRleOf(maskInput.bitmap) },
  };
}

function recordedMask({ rle, box, ...measures }: MeasuredMask): PredictionRecord['mask'] {
  const { width, height } = rle.size;
  return {
    rle: { size: [height, width], counts: countsToString(rle) },
    areaPx: measures.areaPx,
    perimeterPx: measures.perimeterPx,
    box: arrayOf(box),
    components: measures.components,
    holes: measures.holes,
    score: measures.score,
    stability: measures.stability,
  };
}

function recordedTimings({ encoded, encodeShared, prediction }: RecordParts): RecordedTimings {
  const encode = encodeShared ? { queue: 0, read: 0, preprocess: 0, encode: 0, total: 0 } : encoded.timingsMs;
  const decode = prediction.timingsMs;
  return {
    queue: encode.queue + decode.queue,
    read: encode.read,
    preprocess: encode.preprocess,
    encode: encode.encode,
    decode: decode.decode,
    postprocess: decode.postprocess,
    measure: decode.measure,
    total: encode.total + decode.total,
    cache: encodeShared ? 'memory' : encoded.cache,
  };
}

function arrayOf(box: BoxXyxy | null): BoxXyxyArray | null {
  return box === null ? null : boxToArray(box);
}
