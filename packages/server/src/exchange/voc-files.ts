import {
  drawLabelMap,
  type ExchangeImage,
  type ExchangeObject,
  type ExchangeReading,
  type FormatFault,
  formatInvalid,
  type LabelMap,
  NO_LABEL,
  numberedLabels,
  objectsOfLabelMap,
  type Rle,
  rleBox,
} from '@calque/core';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import { formatCannotHold } from '../errors.ts';
import {
  type InFiles,
  type KnownImage,
  type ReadFormat,
  stemOf,
  stemsOf,
  type WriteFormat,
} from './format-files.ts';
import { decodeLabelPng, encodePalettePng } from './label-png.ts';

/** Neither object nor background. */
const VOID = 255;

/** The classes of the challenge, for folders that name none. Source: VOC 2012 development kit. */
const VOC_CLASSES =
  'aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor'.split(
    ' ',
  );

/**
 * The layout of the development kit: masks of classes and of objects as palette PNG, an XML file an image with the boxes (whole
 * pixels from 1 on, both ends included), and a list of the images. Where masks overlap the later object counts.
 */
export const writeVocFiles: WriteFormat = async function* (collected, { note }) {
  const labels = numberedLabels(collected);
  if (labels.length >= VOID)
    throw formatCannotHold('Pascal VOC', `${labels.length} labels`, `at most ${VOID - 1}`);
  const stems = stemsOf(collected.images.map(({ path }) => path));
  yield { path: 'labels.txt', content: `${['background', ...labels].join('\n')}\n` };
  for (const image of collected.images) {
    const { path, size, objects } = image;
    if (objects.length >= VOID)
      throw formatCannotHold('Pascal VOC', `${objects.length} objects in ${path}`, `at most ${VOID - 1}`);
    const numbered = objects.map(({ mask }, index) => ({ value: index + 1, mask }));
    const { map, lostPx } = drawLabelMap(numbered, size);
    lostPx.forEach((lost, index) => {
      if (lost > 0) note(`${path}: ${lost} pixels of object ${index + 1} went to objects over it`);
    });
    const classes = objects.map(({ label }) => labels.indexOf(label ?? NO_LABEL) + 1);
    const classMap = {
      ...size,
      data: Uint8Array.from(map.data, (value) => (value === 0 ? 0 : (classes[value - 1] as number))),
    };
    const stem = stems.get(path) as string;
    yield { path: `SegmentationObject/${stem}.png`, content: encodePalettePng(map) };
    yield { path: `SegmentationClass/${stem}.png`, content: encodePalettePng(classMap) };
    yield { path: `Annotations/${stem}.xml`, content: xmlOf(image) };
  }
  yield {
    path: 'ImageSets/Segmentation/all.txt',
    content: collected.images.map(({ path }) => `${stems.get(path)}\n`).join(''),
  };
};

function xmlOf({ path, size, objects }: ExchangeImage): string {
  const builder = new XMLBuilder({ format: true, indentBy: '  ' });
  const slash = path.lastIndexOf('/');
  return builder.build({
    annotation: {
      folder: path.slice(0, Math.max(0, slash)),
      filename: path.slice(slash + 1),
      size: { width: size.width, height: size.height, depth: 3 },
      segmented: 1,
      object: objects.flatMap(({ label, name, mask }) => {
        const box = rleBox(mask);
        if (box === null) return [];
        return [
          {
            name: label ?? NO_LABEL,
            title: name,
            pose: 'Unspecified',
            truncated: 0,
            difficult: 0,
            bndbox: { xmin: box.x1 + 1, ymin: box.y1 + 1, xmax: box.x2, ymax: box.y2 },
          },
        ];
      }),
    },
  });
}

export const readVocFiles: ReadFormat = async (files, finder) => {
  const labels = await readLabels(files);
  const images: ExchangeImage[] = [];
  const faults: FormatFault[] = [];
  const classFiles = files.paths.filter((path) => /(^|\/)SegmentationClass\/.+\.png$/.test(path));
  if (classFiles.length === 0) {
    throw formatInvalid(
      'Pascal VOC',
      'the folder',
      'no SegmentationClass/*.png',
      'the layout of the development kit',
    );
  }
  for (const path of classFiles) {
    const image = await finder.find(stemOf(path).replace(/^(.*\/)?SegmentationClass\//, ''));
    if (image === null) {
      faults.push({
        place: path,
        problem: 'no image of this name is in the dataset',
        expected: 'an image of the dataset',
      });
      continue;
    }
    const reading = await readImage(files, path, image, labels);
    images.push({ ...image, size: reading.size, objects: reading.objects });
    faults.push(...reading.faults);
  }
  return { labels: labels.filter((label) => label !== NO_LABEL), images, faults } satisfies ExchangeReading;
};

/** Names from class 1 on. */
async function readLabels({ paths, read }: InFiles): Promise<string[]> {
  const path = paths.find((name) => /(^|\/)label(s|map)\.txt$/.test(name));
  if (path === undefined) return VOC_CLASSES;
  const lines = (await read(path)).toString('utf8').trimEnd().split(/\r?\n/);
  // `labelmap.txt` as CVAT writes it has colours behind the name, and a line of comment.
  const names = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(':')[0] ?? '');
  return names[0] === 'background' || names[0] === '__background__' ? names.slice(1) : names;
}

async function readImage(files: InFiles, classPath: string, known: KnownImage, labels: readonly string[]) {
  const classes = decodeLabelPng(await files.read(classPath), classPath);
  const size = { width: classes.width, height: classes.height };
  const objectPath = classPath.replace('SegmentationClass/', 'SegmentationObject/');
  const faults: FormatFault[] = [];
  if (!files.paths.includes(objectPath)) {
    const objects = objectsOfLabelMap(classes, VOID).map(({ value, mask }) =>
      objectOf(value, mask, labels, ''),
    );
    return { size, objects, faults };
  }
  const numbers = decodeLabelPng(await files.read(objectPath), objectPath);
  if (numbers.width !== size.width || numbers.height !== size.height) {
    throw formatInvalid(
      'Pascal VOC',
      objectPath,
      `${numbers.width} x ${numbers.height} pixels`,
      `${size.width} x ${size.height}, as ${classPath} has`,
    );
  }
  const titles = await readTitles(files, classPath, faults);
  const objects = objectsOfLabelMap(numbers, VOID).map(({ value, mask }) =>
    objectOf(commonValue(classes, mask), mask, labels, titles[value - 1] ?? ''),
  );
  return { size, objects, faults, path: known.path };
}

function objectOf(value: number, mask: Rle, labels: readonly string[], name: string): ExchangeObject {
  const label = value === 0 || value === VOID ? null : (labels[value - 1] ?? `class ${value}`);
  return { name, label: label === NO_LABEL ? null : label, mask, score: null };
}

/** The value that most pixels of the mask have. */
function commonValue({ width, data }: LabelMap, { size, counts }: Rle): number {
  const found = new Map<number, number>();
  for (let i = 0, start = 0; i < counts.length; i++) {
    const end = start + (counts[i] as number);
    for (let at = start; (i & 1) === 1 && at < end; at++) {
      const value = data[(at % size.height) * width + Math.floor(at / size.height)] as number;
      found.set(value, (found.get(value) ?? 0) + 1);
    }
    start = end;
  }
  return [...found].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, -1] as [
    number,
    number,
  ])[0];
}

/** Names of the objects as Calque adds them to the XML file; other programs have none. */
async function readTitles(files: InFiles, classPath: string, faults: FormatFault[]): Promise<string[]> {
  const path = classPath.replace('SegmentationClass/', 'Annotations/').replace(/\.png$/, '.xml');
  if (!files.paths.includes(path)) return [];
  try {
    const parser = new XMLParser({
      isArray: (name) => name === 'object',
      parseTagValue: false,
      processEntities: true,
    });
    const parsed = parser.parse(await files.read(path), true) as {
      readonly annotation?: { readonly object?: readonly { readonly title?: unknown }[] };
    };
    return (parsed.annotation?.object ?? []).map(({ title }) => (typeof title === 'string' ? title : ''));
  } catch (error) {
    faults.push({
      place: path,
      problem: error instanceof Error ? error.message : String(error),
      expected: 'XML',
    });
    return [];
  }
}
