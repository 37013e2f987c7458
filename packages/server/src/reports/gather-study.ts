import {
  type Annotation,
  documentOf,
  type Entry,
  type PredictionRecord,
  rleOverlap,
  statesOf,
} from '@calque/core';
import type {
  ObjectState,
  Study,
  StudyAnswer,
  StudyCapture,
  StudyComparison,
  StudyDecision,
  StudyEnvironment,
  StudyImage,
  StudyObject,
  StudySensitivity,
} from '@calque/report';
import { lookAtImage } from '../images/look-at-image.ts';
import type { Storage, StoredImage, StoredPrediction, StoredSensitivity } from '../storage/storage.ts';
import { type MaskSource, measuredCandidate, measuredSource, rleOf } from './masks-of-states.ts';
import { RecordNames } from './record-names.ts';
import { recordOf } from './record-of.ts';
import type { ReportProgress } from './report-progress.ts';

/** A dataset as the gathering sees it. */
export interface GatheredFrom {
  readonly name: string;
  /** Absolute. */
  readonly root: string;
  readonly storage: Storage;
}

export interface GatherOptions {
  readonly environment: StudyEnvironment | null;
  readonly software: PredictionRecord['software'];
  readonly now: Date;
  readonly captures: readonly StudyCapture[];
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ReportProgress) => void;
}

/** A study, and what its pictures and records are made of. */
export interface GatheredStudy {
  readonly study: Study;
  /** By the names that the study uses. */
  readonly records: ReadonlyMap<string, PredictionRecord>;
  /** Masks of the states that the study names, by {@link stateKey}. */
  readonly masks: ReadonlyMap<string, MaskSource>;
}

export function stateKey(objectId: string, revision: string): string {
  return `${objectId} ${revision}`;
}

const PAGE = 500;
/** Answers of one image that are read: more than anybody asks by hand. */
const MOST_ANSWERS = 20_000;

/**
 * All that is recorded of a dataset. Images whose size is not known yet are looked at; no pixels are decoded.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function gatherStudy(from: GatheredFrom, options: GatherOptions): Promise<GatheredStudy> {
  const labels = new Map((await from.storage.labels()).map(({ id, name }) => [id, name]));
  const gathering: Gathering = {
    from,
    options,
    labels,
    records: new Map(),
    masks: new Map(),
    names: new RecordNames(),
  };
  const stored = await allImages(from.storage);
  const gathered: GatheredImage[] = [];
  for (const image of stored) {
    options.signal.throwIfAborted();
    gathered.push(await gatherImage(image, gathering));
    options.onProgress({ stage: 'gather', done: gathered.length, total: stored.length });
  }
  const study: Study = {
    madeAt: options.now.toISOString(),
    software: options.software,
    dataset: { name: from.name, folder: from.root },
    environment: options.environment,
    captures: options.captures,
    images: gathered.map(({ image }) => image),
    objects: gathered.flatMap(({ objects }) => objects),
    comparisons: gathered.flatMap(({ comparisons }) => comparisons),
    sensitivities: gathered.flatMap(({ sensitivities }) => sensitivities),
    answers: gathered
      .flatMap(({ answers }) => answers)
      .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id)),
    decisions: gathered.flatMap(({ decisions }) => decisions),
  };
  return { study, records: gathering.records, masks: gathering.masks };
}

interface Gathering {
  readonly from: GatheredFrom;
  readonly options: GatherOptions;
  readonly labels: ReadonlyMap<string, string>;
  readonly records: Map<string, PredictionRecord>;
  readonly masks: Map<string, MaskSource>;
  readonly names: RecordNames;
}

interface GatheredImage {
  readonly image: StudyImage;
  readonly objects: readonly StudyObject[];
  readonly comparisons: readonly StudyComparison[];
  readonly sensitivities: readonly StudySensitivity[];
  readonly answers: readonly StudyAnswer[];
  readonly decisions: readonly StudyDecision[];
}

async function allImages(storage: Storage): Promise<StoredImage[]> {
  const images: StoredImage[] = [];
  let after: string | null = null;
  do {
    const page = await storage.listImages({ ...everything, after });
    images.push(...page.images);
    after = page.next;
  } while (after !== null);
  return images;
}

const everything = { sort: 'path', limit: PAGE, state: null, unreviewed: false, search: null } as const;

async function gatherImage(stored: StoredImage, gathering: Gathering): Promise<GatheredImage> {
  const { storage, root } = gathering.from;
  const image =
    stored.width === null && stored.problem === null
      ? { ...stored, ...(await lookAtImage(root, stored.path)) }
      : stored;
  const log = (await storage.entries(image.id, 0)).map(({ entry }) => entry);
  const predictions = await storage.latestPredictions(image.id, MOST_ANSWERS);
  const parts: ImageParts = { image, log, predictions, gathering };
  const annotations = [...documentOf(log).annotations.values()].toSorted((a, b) => a.order - b.order);
  const objects: StudyObject[] = [];
  const comparisons: StudyComparison[] = [];
  for (const annotation of annotations) {
    objects.push(objectOf(annotation, await stateOf(annotation, parts), gathering));
    const comparison = await comparisonOf(annotation, parts);
    if (comparison !== null) comparisons.push(comparison);
  }
  return {
    image: studyImage(image),
    objects,
    comparisons,
    sensitivities: (await storage.sensitivities(image.id, null)).map(studySensitivity),
    answers: predictions.map(studyAnswer),
    decisions: (await storage.decisions(image.id)).map((decision) => ({ ...decision, imageId: image.id })),
  };
}

interface ImageParts {
  readonly image: StoredImage;
  readonly log: readonly Entry[];
  readonly predictions: readonly StoredPrediction[];
  readonly gathering: Gathering;
}

function objectOf(
  { id, name, labelId, review }: Annotation,
  { state, imageId }: { readonly state: ObjectState | null; readonly imageId: string },
  { labels }: Gathering,
): StudyObject {
  return {
    id,
    imageId,
    name,
    label: labelId === null ? null : (labels.get(labelId) ?? null),
    status: review.status,
    reason: review.status === 'rejected' ? review.reason : null,
    note: review.status === 'rejected' ? review.note : '',
    state,
  };
}

/** What is known of an annotation as it was at one time. */
async function stateOf(annotation: Annotation, parts: ImageParts) {
  return { imageId: parts.image.id, state: await measuredState(annotation, parts) };
}

async function measuredState(annotation: Annotation, parts: ImageParts): Promise<ObjectState | null> {
  const { gathering } = parts;
  const prediction = answerTo(annotation, parts);
  const candidate = prediction === null ? null : candidateOf(annotation, prediction);
  const edited =
    annotation.editedMask === null ? null : await gathering.from.storage.mask(annotation.editedMask);
  const predicted = candidate === null ? undefined : prediction?.candidates[candidate];
  const rle = edited ?? predicted?.rle;
  if (rle === undefined) return null;
  const { id, revision, postprocess, prompt } = annotation;
  gathering.masks.set(stateKey(id, revision), { rle, postprocess });
  const measured =
    edited === null && predicted !== undefined
      ? measuredCandidate(predicted, postprocess)
      : measuredSource({ rle, postprocess });
  const { areaPx, perimeterPx, box } = measured.measures;
  return {
    revision,
    prompt: { box: prompt.box, points: enabledPoints(annotation) },
    edited: edited !== null,
    mask: { areaPx, perimeterPx, box },
    answer: prediction === null ? null : studyAnswer(prediction),
    candidate,
    recordName:
      prediction === null || candidate === null
        ? null
        : await keepRecord(annotation, prediction, candidate, parts),
  };
}

/** The record of the model's own answer, also where a person painted over it: that is what can be replayed. */
async function keepRecord(
  { id, postprocess }: Annotation,
  prediction: StoredPrediction,
  candidate: number,
  { image, gathering }: ImageParts,
): Promise<string | null> {
  const { records, names, options, from } = gathering;
  const answer = prediction.candidates[candidate];
  if (answer === undefined) return null;
  const name = names.nameOf(image.path, prediction.id, JSON.stringify([candidate, postprocess]));
  if (records.has(name)) return name;
  const { maskId } = prediction.prompt;
  const record = recordOf({
    image,
    prediction,
    candidate,
    postprocess,
    measured: measuredCandidate(answer, postprocess),
    maskPrompt: maskId === null ? null : await from.storage.mask(maskId),
    annotationId: id,
    software: options.software,
  });
  if (record === null) return null;
  records.set(name, record);
  return name;
}

function enabledPoints({ prompt }: Annotation) {
  return prompt.points.filter(({ enabled }) => enabled).map(({ x, y, label }) => ({ x, y, label }));
}

/** The newest answer of its model to its exact prompt, on the file that it was made on if there is one. */
function answerTo(annotation: Annotation, { image, predictions }: ImageParts): StoredPrediction | null {
  const { prompt, model } = annotation;
  const question = questionOf({ box: prompt.box, points: enabledPoints(annotation), maskId: prompt.maskId });
  const same = predictions.filter((one) => one.model.id === model && questionOf(one.prompt) === question);
  return same.find(({ imageSha256 }) => imageSha256 === image.annotatedSha256) ?? same[0] ?? null;
}

function questionOf({ box, points, maskId }: StoredPrediction['prompt']): string {
  return JSON.stringify([
    box === null ? null : [box.x1, box.y1, box.x2, box.y2],
    points.map(({ x, y, label }) => [x, y, label]),
    maskId,
  ]);
}

function candidateOf({ choice }: Annotation, { candidates, best }: StoredPrediction): number | null {
  const at = choice === 'best' ? best : candidates.findIndex(({ index }) => index === choice);
  return candidates[at] === undefined ? null : at;
}

/** The mask in effect where points made it, beside the last one that came from fewer points. */
async function comparisonOf(annotation: Annotation, parts: ImageParts): Promise<StudyComparison | null> {
  const pointCount = enabledPoints(annotation).length;
  if (pointCount === 0) return null;
  const earlier = statesOf(parts.log, annotation.id)
    .map((state) => state.annotation)
    .filter((state) => state.revision !== annotation.revision && answerTo(state, parts) !== null);
  const fewest = Math.min(...earlier.map((state) => enabledPoints(state).length));
  const former = earlier.findLast((state) => enabledPoints(state).length === fewest);
  if (former === undefined || fewest >= pointCount) return null;
  const [before, after] = [await measuredState(former, parts), await measuredState(annotation, parts)];
  return before === null || after === null
    ? null
    : compared(annotation.id, { before, after }, parts.gathering);
}

function compared(
  objectId: string,
  { before, after }: { readonly before: ObjectState; readonly after: ObjectState },
  { masks }: Gathering,
): StudyComparison | null {
  const [first, second] = [before, after].map(({ revision }) => masks.get(stateKey(objectId, revision)));
  if (first === undefined || second === undefined) return null;
  const [a, b] = [first, second].map((source) => rleOf(measuredSource(source).rle));
  if (a === undefined || b === undefined) return null;
  const { intersectionPx, unionPx } = rleOverlap(a, b);
  return {
    objectId,
    before,
    after,
    iou: unionPx === 0 ? 1 : intersectionPx / unionPx,
    keptPx: intersectionPx,
    gainedPx: after.mask.areaPx - intersectionPx,
    lostPx: before.mask.areaPx - intersectionPx,
  };
}

function studyImage(image: StoredImage): StudyImage {
  const { id, path, width, height, sizeBytes, format, state, problem, tags } = image;
  const size = width === null || height === null ? null : { width, height };
  return { id, path, size, sizeBytes, format, state, problem, tags: [...tags.set] };
}

function studyAnswer(prediction: StoredPrediction): StudyAnswer {
  const { id, key, imageId, model, prompt, candidates, best, where, provider, cache, timingsMs, createdAt } =
    prediction;
  return {
    id,
    key,
    imageId,
    model: model.id,
    question: `${prediction.imageSha256} ${questionOf(prompt)}`,
    box: prompt.box,
    candidates: candidates.map(({ score, stability, areaPx }) => ({ score, stability, areaPx })),
    best,
    where,
    provider,
    cache,
    timingsMs,
    createdAt,
  };
}

function studySensitivity({
  id,
  imageId,
  annotationId,
  sensitivity,
  createdAt,
}: StoredSensitivity): StudySensitivity {
  const { outcomes, spread, unstableShare, steadyChange, reading } = sensitivity;
  return {
    id,
    imageId,
    objectId: annotationId,
    outcomes,
    meanIou: spread.iou.mean,
    minIou: spread.iou.min,
    areaSdPx: spread.areaPx.sd,
    unstableShare,
    steadyChange,
    finding: reading.finding,
    createdAt,
  };
}
