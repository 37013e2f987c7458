import { createHash, randomUUID } from 'node:crypto';
import { maskIdOf } from '@calque/api';
import {
  type Annotation,
  type AnnotationChange,
  documentOf,
  type Entry,
  type ExchangeImage,
  type ExchangeObject,
  type ExchangeReading,
  emptyPrompt,
  type FormatFault,
  type NumberedEntry,
  rleArea,
} from '@calque/core';
import type { Dataset } from '../datasets/dataset.ts';
import { importRefused } from '../errors.ts';
import { toWireRle } from '../predictions/wire-rle.ts';
import type { StoredImage, StoredLabel } from '../storage/storage.ts';
import { readCutoutFiles } from './cutout-files.ts';
import { DatasetImages } from './dataset-images.ts';
import { noSuchImage, wrongSize } from './declared-size.ts';
import type { ExportFormat, InFiles, ReadFormat } from './format-files.ts';
import { readPngFiles } from './png-files.ts';
import { readCocoFiles, readGeoJsonFiles, readLabelMeFiles } from './single-file-formats.ts';
import { readRecordFiles, refuseCsv } from './table-files.ts';
import { readVocFiles } from './voc-files.ts';
import { readYoloFiles } from './yolo-files.ts';

const READERS: Readonly<Record<ExportFormat, ReadFormat>> = {
  coco: readCocoFiles,
  yolo: readYoloFiles,
  voc: readVocFiles,
  labelme: readLabelMeFiles,
  png: readPngFiles,
  geojson: readGeoJsonFiles,
  cutouts: readCutoutFiles,
  csv: refuseCsv,
  jsonl: readRecordFiles,
};

export interface ImportOptions {
  readonly format: ExportFormat;
  /** Take what fits where something does not; otherwise nothing is taken then. */
  readonly partial: boolean;
  /** The model that prompts on the imported objects are answered by. */
  readonly model: string;
  readonly now: () => Date;
  readonly onImage?: (image: StoredImage, entries: readonly NumberedEntry[]) => Promise<void>;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

export interface ImportResult {
  readonly images: number;
  readonly objects: number;
  /** Objects that were there already, with the same mask and label. */
  readonly known: number;
  /** What was not taken. */
  readonly faults: readonly FormatFault[];
}

/**
 * Objects of a file as annotations with their masks, one gesture an image, which can be corrected with prompts and undone.
 * First everything is read and compared with the dataset; rejects with `import-refused`, and has changed nothing, where
 * something does not fit and `partial` is not set. What is there already is not added again.
 */
export async function importDataset(
  dataset: Dataset,
  files: InFiles,
  options: ImportOptions,
): Promise<ImportResult> {
  const images = new DatasetImages(dataset);
  const reading = await READERS[options.format](files, images);
  const { planned, faults } = await plan(images, reading);
  if (faults.length > 0 && !options.partial) throw importRefused(faults);
  const labels = await addLabels(dataset, planned, reading.labels);
  const result = { images: 0, objects: 0, known: 0, faults };
  for (const [index, { image, objects }] of planned.entries()) {
    options.signal.throwIfAborted();
    const { added, known } = await addObjects(dataset, image, objects, labels, options);
    result.known += known;
    result.objects += added;
    if (added > 0) result.images++;
    options.onProgress?.(index + 1, planned.length);
  }
  return result;
}

interface Planned {
  readonly image: StoredImage;
  readonly objects: readonly ExchangeObject[];
}

async function plan(
  images: DatasetImages,
  { images: read, faults: before }: ExchangeReading,
): Promise<{ planned: Planned[]; faults: FormatFault[] }> {
  const faults = [...before];
  const planned = new Map<string, Planned & { readonly objects: ExchangeObject[] }>();
  for (const exchanged of read) {
    if (exchanged.objects.length === 0) continue;
    const image = await images.stored(exchanged.path);
    const fault = faultOf(exchanged, image);
    if (fault !== null || image === null) {
      if (fault !== null) faults.push(fault);
      continue;
    }
    const found = planned.get(image.id) ?? { image, objects: [] };
    for (const object of exchanged.objects) {
      if (rleArea(object.mask) > 0) found.objects.push(object);
      else
        faults.push({
          place: exchanged.path,
          problem: 'an object without pixels',
          expected: 'at least one pixel',
        });
    }
    planned.set(image.id, found);
  }
  return { planned: [...planned.values()], faults };
}

function faultOf({ path, size, objects }: ExchangeImage, image: StoredImage | null): FormatFault | null {
  if (image === null) return noSuchImage(path);
  const { width, height } = image;
  if (width === null || height === null) {
    return {
      place: path,
      problem: `the image cannot be read: ${image.problem ?? 'unreadable'}`,
      expected: 'a readable image',
    };
  }
  const wrong = [size, ...objects.map(({ mask }) => mask.size)].find(
    (found) => found.width !== width || found.height !== height,
  );
  return wrong === undefined ? null : wrongSize(path, wrong, { width, height });
}

/** Colours of labels that nobody has chosen one for, after Okabe and Ito, 2008. */
const COLORS = ['#56b4e9', '#e69f00', '#00b384', '#f0e442', '#e0609a', '#ff7043', '#5c7cfa', '#b3de69'];

async function addLabels(
  dataset: Dataset,
  planned: readonly Planned[],
  named: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const labels: StoredLabel[] = [...(await dataset.storage.labels())];
  const ids = new Map(labels.map(({ id, name }) => [name, id]));
  const used = planned.flatMap(({ objects }) =>
    objects.flatMap(({ label }) => (label === null ? [] : [label])),
  );
  const before = labels.length;
  for (const name of new Set([...named, ...used])) {
    const shown = name.trim().slice(0, 100);
    if (shown === '' || ids.has(name)) continue;
    const known = labels.find((label) => label.name === shown);
    const id = known?.id ?? `label-${createHash('sha256').update(shown).digest('hex').slice(0, 16)}`;
    if (known === undefined)
      labels.push({ id, name: shown, color: COLORS[labels.length % COLORS.length] as string });
    ids.set(name, id);
  }
  if (labels.length > before) await dataset.replaceLabels(labels);
  return ids;
}

async function addObjects(
  dataset: Dataset,
  image: StoredImage,
  objects: readonly ExchangeObject[],
  labels: ReadonlyMap<string, string>,
  options: ImportOptions,
): Promise<{ added: number; known: number }> {
  const log = await dataset.storage.entries(image.id, 0);
  const { annotations } = documentOf(log.map(({ entry }) => entry));
  const there = new Set(
    [...annotations.values()].map(({ editedMask, labelId }) => `${editedMask} ${labelId}`),
  );
  const at = options.now().toISOString();
  const changes: AnnotationChange[] = [];
  let order = Math.max(0, ...[...annotations.values()].map((annotation) => annotation.order));
  for (const object of objects) {
    const rle = toWireRle(object.mask);
    const maskId = maskIdOf(rle);
    const labelId = object.label === null ? null : (labels.get(object.label) ?? null);
    if (there.has(`${maskId} ${labelId}`)) continue;
    there.add(`${maskId} ${labelId}`);
    await dataset.storage.addMask(maskId, rle, at);
    changes.push({
      before: null,
      after: annotationOf(object, { maskId, labelId, order: ++order, model: options.model }),
    });
  }
  if (changes.length > 0) await append(dataset, image, entriesOf(changes, at), log.at(-1)?.seq ?? 0, options);
  return { added: changes.length, known: objects.length - changes.length };
}

function annotationOf(
  { name }: ExchangeObject,
  { maskId, labelId, order, model }: { maskId: string; labelId: string | null; order: number; model: string },
): Annotation {
  return {
    id: randomUUID(),
    revision: randomUUID(),
    name: name.trim().slice(0, 200),
    labelId,
    color: (order - 1) % COLORS.length,
    order,
    visible: true,
    locked: false,
    prompt: emptyPrompt,
    model,
    choice: 'best',
    postprocess: {},
    editedMask: maskId,
    review: { status: 'unreviewed' },
  };
}

/** Most changes that one step may have. */
const CHANGES_A_STEP = 500;

function entriesOf(changes: readonly AnnotationChange[], at: string): Entry[] {
  const steps = Math.ceil(changes.length / CHANGES_A_STEP);
  return Array.from({ length: steps }, (_, step) => ({
    id: randomUUID(),
    at,
    author: 'import',
    kind: 'step' as const,
    gesture: 'import' as const,
    changes: changes.slice(step * CHANGES_A_STEP, (step + 1) * CHANGES_A_STEP),
  }));
}

async function append(
  dataset: Dataset,
  image: StoredImage,
  entries: readonly Entry[],
  baseSeq: number,
  { onImage }: ImportOptions,
): Promise<void> {
  await dataset.markAnnotated(image.id);
  const { added } = await dataset.documents.append(image.id, baseSeq, entries);
  await onImage?.(await dataset.image(image.id), added);
}
