import {
  type DeepReadonly,
  predictionKeyOf,
  type WireCandidate,
  type WirePrediction,
  type WireRle,
} from '@calque/api';
import { countsToString, type Rle } from '@calque/core';
import type { Candidate, Prediction } from '@calque/engine';
import type { DecoderQuestion } from './decoder.ts';

export interface BrowserPredictionFacts {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Of the image file that was encoded. */
  readonly imageSha256: string;
  readonly model: DeepReadonly<WirePrediction['model']>;
}

/** What the decoder in the browser said, in the form in which the server would have said it, but for the logits. */
export function browserPrediction(
  { imageId, prompt, preview }: DecoderQuestion,
  { candidates, chosen, mask, provider, timingsMs }: Prediction,
  { id, atMs, imageSha256, model }: BrowserPredictionFacts,
): WirePrediction {
  const files = model.files.map(({ name, sha256 }) => ({ name, sha256 }));
  const shown = preview ? candidates.slice(chosen, chosen + 1) : candidates;
  return {
    id,
    key: predictionKeyOf({ imageSha256, model, prompt }),
    imageId,
    imageSha256,
    model: { id: model.id, files },
    prompt,
    candidates: shown.map((candidate) => wireCandidate(candidate, mask)),
    best: preview ? 0 : chosen,
    where: 'browser',
    provider,
    // The image was encoded before anything could be asked here.
    cache: 'memory',
    timingsMs: { ...timingsMs, read: 0, preprocess: 0, encode: 0 },
    createdAt: new Date(atMs).toISOString(),
  };
}

/** @param chosen the mask of a candidate that has none of its own: it is the chosen one. */
function wireCandidate(
  { index, score, stability, mask }: Candidate,
  chosen: Prediction['mask'],
): WireCandidate {
  const { areaPx, perimeterPx, box, components, holes, rle } = mask ?? chosen;
  const plainBox = box === null ? null : { x1: box.x1, y1: box.y1, x2: box.x2, y2: box.y2 };
  return {
    index,
    score,
    stability,
    areaPx,
    perimeterPx,
    box: plainBox,
    components,
    holes,
    rle: wireRle(rle),
  };
}

function wireRle(rle: Rle): WireRle {
  return { size: [rle.size.height, rle.size.width], counts: countsToString(rle) };
}
