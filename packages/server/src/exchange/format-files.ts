import type { CocoSegmentation, ExchangeReading, Size } from '@calque/core';
import type { StoredMask } from '../storage/storage.ts';
import type { Collected } from './collect-objects.ts';

export const EXPORT_FORMATS = [
  'coco',
  'yolo',
  'voc',
  'labelme',
  'png',
  'geojson',
  'cutouts',
  'csv',
  'jsonl',
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A file of an export; `path` is relative, with `/`. */
export interface OutFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

export interface WriteOptions {
  /** Absolute path of the file of an image; rejects where it cannot be read. */
  readonly pathOf: (path: string) => Promise<string>;
  readonly storedMask: (id: string) => Promise<StoredMask | null>;
  readonly segmentation: CocoSegmentation;
  /** Of the software, for records. */
  readonly version: string;
  /** What the format could not hold. */
  readonly note: (text: string) => void;
}

export type WriteFormat = (collected: Collected, options: WriteOptions) => AsyncIterable<OutFile>;

/** The file or the folder that is imported. */
export interface InFiles {
  /** Relative paths with `/`, sorted; of a file its name alone. */
  readonly paths: readonly string[];
  readonly read: (path: string) => Promise<Buffer>;
}

export interface KnownImage {
  readonly path: string;
  readonly size: Size;
}

/** Images of the dataset by what files call them. */
export interface ImageFinder {
  /** By path, or by the name alone where one image has it; the extension may be missing, or be one more. */
  readonly find: (path: string) => Promise<KnownImage | null>;
}

export type ReadFormat = (files: InFiles, images: ImageFinder) => Promise<ExchangeReading>;

/** Paths without their extension, and whole where two would be the same. */
export function stemsOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(stemOf(path), (counts.get(stemOf(path)) ?? 0) + 1);
  return new Map(paths.map((path) => [path, counts.get(stemOf(path)) === 1 ? stemOf(path) : path]));
}

export function stemOf(path: string): string {
  return path.replace(/\.[^./]+$/, '');
}
