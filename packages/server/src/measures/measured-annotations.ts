import { type Annotation, decodeRle, documentOf, type MeasuredObject, measureMask } from '@calque/core';
import { maskOfAnnotation } from '../exchange/annotation-mask.ts';
import type { Storage, StoredImage, StoredSensitivity } from '../storage/storage.ts';

/** A row of the table of measures, and where it is found in the dataset. */
export interface MeasuredAnnotation extends MeasuredObject {
  readonly imageId: string;
  readonly annotationId: string;
}

type MeasuresStorage = Pick<Storage, 'entries' | 'latestPredictions' | 'mask' | 'sensitivities' | 'labels'>;

/**
 * What is recorded of an image's objects, in their order. Objects without a mask on record are left out, as are those of an image
 * whose size is not known.
 */
export async function measuredAnnotations(
  storage: MeasuresStorage,
  image: StoredImage,
): Promise<MeasuredAnnotation[]> {
  const { id: imageId, width, height } = image;
  if (image.annotationCount === 0 || width === null || height === null) return [];
  const log = (await storage.entries(imageId, 0)).map(({ entry }) => entry);
  const annotations = [...documentOf(log).annotations.values()].sort((a, b) => a.order - b.order);
  const labels = new Map((await storage.labels()).map(({ id, name }) => [id, name]));
  const rows: MeasuredAnnotation[] = [];
  for (const annotation of annotations) {
    const measured = await measuredMask(storage, imageId, annotation);
    if (measured === null) continue;
    const { id, name, labelId, model, prompt, review } = annotation;
    rows.push({
      imageId,
      annotationId: id,
      image: image.path,
      size: { width, height },
      object: name,
      label: labelId === null ? null : (labels.get(labelId) ?? null),
      model,
      promptBox: prompt.box,
      points: prompt.points.flatMap(({ x, y, label, enabled }) => (enabled ? [{ x, y, label }] : [])),
      review: review.status,
      ...measured,
    });
  }
  return rows;
}

type MaskValues = Pick<
  MeasuredObject,
  | 'score'
  | 'stability'
  | 'areaPx'
  | 'perimeterPx'
  | 'maskBox'
  | 'areaErrorPx'
  | 'perimeterErrorPx'
  | 'encodeMs'
  | 'decodeMs'
  | 'totalMs'
>;

async function measuredMask(
  storage: MeasuresStorage,
  imageId: string,
  annotation: Annotation,
): Promise<MaskValues | null> {
  const found = await maskOfAnnotation(storage, imageId, annotation);
  if (found === null) return null;
  const { areaPx, perimeterPx, box } = measureMask(decodeRle(found.mask));
  const answered = found.answer?.candidates[found.candidate];
  const times = found.answer?.timingsMs;
  const sensitivity = sensitivityOf(await storage.sensitivities(imageId, annotation.id), annotation);
  return {
    score: answered?.score ?? null,
    stability: answered?.stability ?? null,
    areaPx,
    perimeterPx,
    maskBox: box,
    areaErrorPx: sensitivity?.areaPx.sd ?? null,
    perimeterErrorPx: sensitivity?.perimeterPx.sd ?? null,
    encodeMs: times?.encode ?? null,
    decodeMs: times?.decode ?? null,
    totalMs: times?.total ?? null,
  };
}

/** Of the newest measurement that was made for the prompt as it is now. */
function sensitivityOf(measured: readonly StoredSensitivity[], { prompt, model }: Annotation) {
  const asked = JSON.stringify([prompt.box, prompt.points.filter(({ enabled }) => enabled).map(placeOf)]);
  const fitting = measured.find(
    (one) =>
      one.model.id === model && JSON.stringify([one.prompt.box, one.prompt.points.map(placeOf)]) === asked,
  );
  return fitting?.sensitivity.spread ?? null;
}

function placeOf({ x, y, label }: { readonly x: number; readonly y: number; readonly label: string }) {
  return [x, y, label];
}
