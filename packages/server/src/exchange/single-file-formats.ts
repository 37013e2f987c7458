import {
  type ExchangeImage,
  type ExchangeReading,
  type FormatFault,
  labelMePictures,
  readCoco,
  readGeoJson,
  readLabelMe,
  writeCoco,
  writeGeoJson,
  writeLabelMe,
} from '@calque/core';
import { faultOfDeclared } from './declared-size.ts';
import { type ImageFinder, type ReadFormat, stemOf, stemsOf, type WriteFormat } from './format-files.ts';
import { decodeLabelPng } from './label-png.ts';
import { parseJson } from './parse-json.ts';

export const writeCocoFiles: WriteFormat = async function* (collected, { segmentation }) {
  yield { path: 'annotations.json', content: JSON.stringify(writeCoco(collected, { segmentation })) };
};

export const readCocoFiles: ReadFormat = async ({ paths, read }) => {
  const readings = await Promise.all(
    paths
      .filter((path) => path.endsWith('.json'))
      .map(async (path) => ({ path, reading: readCoco(parseJson(await read(path), path, 'COCO')) })),
  );
  return joined(readings);
};

/** A file beside each image, with its name. */
export const writeLabelMeFiles: WriteFormat = async function* ({ images }) {
  const stems = stemsOf(images.map(({ path }) => path));
  for (const image of images) {
    const name = image.path.slice(image.path.lastIndexOf('/') + 1);
    yield {
      path: `${stems.get(image.path)}.json`,
      content: JSON.stringify(writeLabelMe(image, name), null, 2),
    };
  }
};

export const readLabelMeFiles: ReadFormat = async ({ paths, read }, images) => {
  const readings: NamedReading[] = [];
  for (const path of paths.filter((name) => name.endsWith('.json'))) {
    const value = parseJson(await read(path), path, 'LabelMe');
    const fault = await faultOfLabelMe(value, path, images);
    if (fault !== null) {
      readings.push({ path, reading: { labels: [], images: [], faults: [fault] } });
      continue;
    }
    const pictures = new Map(
      labelMePictures(value).map((text) => [
        text,
        binaryOf(decodeLabelPng(Buffer.from(text, 'base64'), path)),
      ]),
    );
    const { faults, ...image } = readLabelMe(value, pictures);
    // The path is from the file, and where the file is says more than what was written on another machine.
    const [beside, written] = pathsOfLabelMe(image.path, path);
    const found = (await images.find(beside)) ?? (await images.find(written));
    readings.push({
      path,
      reading: { labels: [], images: [{ ...image, path: found?.path ?? image.path }], faults },
    });
  }
  return joined(readings);
};

/** Beside the file, and where the program that wrote it had it. */
function pathsOfLabelMe(imagePath: string, path: string): readonly [beside: string, written: string] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  return [`${folder}${imagePath.split(/[\\/]/).at(-1) ?? imagePath}`, imagePath];
}

async function faultOfLabelMe(
  value: unknown,
  path: string,
  images: ImageFinder,
): Promise<FormatFault | null> {
  const { imagePath, imageWidth, imageHeight } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof imagePath !== 'string') return null;
  return faultOfDeclared(images, pathsOfLabelMe(imagePath, path), { width: imageWidth, height: imageHeight });
}

function binaryOf({ width, height, data }: { width: number; height: number; data: ArrayLike<number> }) {
  return { width, height, data: Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)) };
}

export const writeGeoJsonFiles: WriteFormat = async function* ({ images }) {
  const stems = stemsOf(images.map(({ path }) => path));
  for (const image of images) {
    yield { path: `${stems.get(image.path)}.geojson`, content: JSON.stringify(writeGeoJson(image)) };
  }
};

export const readGeoJsonFiles: ReadFormat = async ({ paths, read }, images) => {
  const readings: NamedReading[] = [];
  for (const path of paths.filter((name) => /\.(geo)?json$/.test(name))) {
    const known = await images.find(stemOf(path));
    const value = parseJson(await read(path), path, 'GeoJSON');
    const fault = await faultOfGeoJson(value, images);
    if (fault !== null) {
      readings.push({ path, reading: { labels: [], images: [], faults: [fault] } });
      continue;
    }
    const { faults, ...image } = readGeoJson(value, known);
    readings.push({ path, reading: { labels: [], images: [image], faults } });
  }
  return joined(readings);
};

async function faultOfGeoJson(value: unknown, images: ImageFinder): Promise<FormatFault | null> {
  const { image } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const { path, width, height } = (image ?? {}) as Readonly<Record<string, unknown>>;
  return typeof path === 'string' ? faultOfDeclared(images, [path], { width, height }) : null;
}

interface NamedReading {
  readonly path: string;
  readonly reading: ExchangeReading;
}

/** Several files as one; where there are several, places say in which. */
export function joined(readings: readonly NamedReading[]): ExchangeReading {
  const labels = new Set<string>();
  const images: ExchangeImage[] = [];
  const faults: FormatFault[] = [];
  for (const { path, reading } of readings) {
    for (const label of reading.labels) labels.add(label);
    images.push(...reading.images);
    faults.push(...reading.faults.map((fault) => ({ ...fault, place: `${path}: ${fault.place}` })));
  }
  return { labels: [...labels], images, faults };
}
