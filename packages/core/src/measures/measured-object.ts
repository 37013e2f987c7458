import { type BoxXyxy, boxArea, boxFromArray, clippedBox, orderedBox } from '../geometry/box.ts';
import type { Size } from '../geometry/size.ts';
import type { PromptPoint } from '../prompt/prompt.ts';
import type { PredictionRecord } from '../record/record.ts';

/** One row of the table of measures: an object, what was asked for it, and what came out. */
export interface MeasuredObject {
  readonly image: string;
  readonly size: Size;
  /** Its name, or the id that the request gave; empty where it has neither. */
  readonly object: string;
  readonly label: string | null;
  readonly model: string;
  /** The prompt's own box, as it was given: never the box around the mask. */
  readonly promptBox: BoxXyxy | null;
  readonly points: readonly PromptPoint[];
  /** Raw; null where the mask is not a model's. */
  readonly score: number | null;
  readonly stability: number | null;
  readonly areaPx: number;
  readonly perimeterPx: number;
  /** The smallest box around the mask; null where it is empty. */
  readonly maskBox: BoxXyxy | null;
  /** One standard deviation over boxes near the prompt's; null where that was not measured. */
  readonly areaErrorPx: number | null;
  readonly perimeterErrorPx: number | null;
  readonly review: 'unreviewed' | 'accepted' | 'rejected';
  /** 0 where a stored encode was used. */
  readonly encodeMs: number | null;
  readonly decodeMs: number | null;
  readonly totalMs: number | null;
}

/** Shares of areas; null where there is no box. */
export interface AreaRatios {
  /** The part of the prompt box that lies on the image, over the image. */
  readonly boxOfImage: number | null;
  /** The mask over that part of the prompt box: above 1 where the mask leaves it. */
  readonly maskOfBox: number | null;
}

export function areaRatios({
  promptBox,
  size,
  areaPx,
}: Pick<MeasuredObject, 'promptBox' | 'size' | 'areaPx'>): AreaRatios {
  const onImage = promptBox === null ? null : clippedBox(orderedBox(promptBox), size);
  if (onImage === null) return { boxOfImage: null, maskOfBox: null };
  const boxPx = boxArea(onImage);
  return { boxOfImage: boxPx / (size.width * size.height), maskOfBox: areaPx / boxPx };
}

/** What a record says of its object. */
export function measuredRecord(record: PredictionRecord): MeasuredObject {
  const { image, prompt, mask, timingsMs } = record;
  return {
    image: image.path,
    size: { width: image.width, height: image.height },
    object: record.id === undefined ? '' : String(record.id),
    label: null,
    model: record.model.id,
    promptBox: prompt.box === null ? null : boxFromArray(prompt.box),
    points: prompt.points,
    score: mask.score,
    stability: mask.stability,
    areaPx: mask.areaPx,
    perimeterPx: mask.perimeterPx,
    maskBox: mask.box === null ? null : boxFromArray(mask.box),
    areaErrorPx: null,
    perimeterErrorPx: null,
    review: 'unreviewed',
    encodeMs: timingsMs.encode,
    decodeMs: timingsMs.decode,
    totalMs: timingsMs.total,
  };
}
