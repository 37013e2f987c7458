import { boxArea } from '@calque/core';
import type { StoredPrediction } from '../storage/storage.ts';

/** What can be compared between predictions, whatever they are of. */
export interface PredictionFacts {
  /** Of the best candidate, raw. */
  readonly score: number;
  readonly stability: number;
  /** Share of the image; null without a box. */
  readonly boxToImage: number | null;
  /** Area of the mask over that of the prompt's box; null without a box. */
  readonly maskToBox: number | null;
  readonly extent: 'empty' | 'full' | 'partial';
  readonly imagePx: number;
}

/** Null for an answer without candidates. */
export function factsOf({ candidates, best, prompt }: StoredPrediction): PredictionFacts | null {
  const candidate = candidates[best];
  if (candidate === undefined) return null;
  const [height, width] = candidate.rle.size;
  const imagePx = width * height;
  const { areaPx, score, stability } = candidate;
  const boxPx = prompt.box === null ? null : boxArea(prompt.box);
  return {
    score,
    stability,
    boxToImage: boxPx === null ? null : boxPx / imagePx,
    maskToBox: boxPx === null || boxPx === 0 ? null : areaPx / boxPx,
    extent: areaPx === 0 ? 'empty' : areaPx === imagePx ? 'full' : 'partial',
    imagePx,
  };
}
