import type { CocoSegmentation } from '@calque/core';
import type { Dataset } from '../datasets/dataset.ts';
import { type Collected, type CollectOptions, collectObjects, type ExportScope } from './collect-objects.ts';
import { writeCutoutFiles } from './cutout-files.ts';
import type { ExportFormat, OutFile, WriteFormat, WriteOptions } from './format-files.ts';
import { writePngFiles } from './png-files.ts';
import { writeCocoFiles, writeGeoJsonFiles, writeLabelMeFiles } from './single-file-formats.ts';
import { writeCsvFiles, writeRecordFiles } from './table-files.ts';
import { writeVocFiles } from './voc-files.ts';
import { writeYoloFiles } from './yolo-files.ts';

const WRITERS: Readonly<Record<ExportFormat, WriteFormat>> = {
  coco: writeCocoFiles,
  yolo: writeYoloFiles,
  voc: writeVocFiles,
  labelme: writeLabelMeFiles,
  png: writePngFiles,
  geojson: writeGeoJsonFiles,
  cutouts: writeCutoutFiles,
  csv: writeCsvFiles,
  jsonl: writeRecordFiles,
};

/** Formats of one file, whatever is exported. */
export const SINGLE_FILE_FORMATS: ReadonlySet<ExportFormat> = new Set(['coco', 'csv', 'jsonl']);

export interface ExportOptions extends Pick<CollectOptions, 'images' | 'onProgress' | 'signal'> {
  readonly format: ExportFormat;
  readonly scope: ExportScope;
  /** Of COCO. Default `rle`. */
  readonly segmentation?: CocoSegmentation;
  readonly version: string;
}

export interface DatasetExport {
  readonly collected: Collected;
  /** What the format could not hold, and objects without a mask; complete when all files have been taken. */
  readonly notes: readonly string[];
  /** Made one by one, when they are asked for. */
  readonly files: AsyncIterable<OutFile>;
}

/** The objects of a dataset as files of a format. Nothing is written. */
export async function exportDataset(dataset: Dataset, options: ExportOptions): Promise<DatasetExport> {
  const { format, version, segmentation = 'rle' } = options;
  const withRejected = format === 'csv' || format === 'jsonl';
  const collected = await collectObjects(dataset, { ...options, withRejected });
  const notes = collected.withoutMask.map(
    ({ path, name }) => `${path}: ${name || 'an object'} has no mask on record`,
  );
  const idOf = new Map(collected.images.map(({ path, image }) => [path, image]));
  const writing: WriteOptions = {
    segmentation,
    version,
    note: (text) => notes.push(text),
    storedMask: (id) => dataset.storage.mask(id),
    pathOf: async (path) => dataset.pathOf(idOf.get(path) ?? (await dataset.image(path))),
  };
  return { collected, notes, files: stoppable(WRITERS[format](collected, writing), options.signal) };
}

async function* stoppable(files: AsyncIterable<OutFile>, signal: AbortSignal): AsyncIterable<OutFile> {
  for await (const file of files) {
    signal.throwIfAborted();
    yield file;
  }
}
