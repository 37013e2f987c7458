import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { maskIdOf } from '@calque/api';
import {
  type Annotation,
  type Bitmap,
  countsToString,
  createBitmap,
  decodeRle,
  documentOf,
  type Entry,
  encodeRle,
  maskIou,
  measureMask,
} from '@calque/core';
import { check } from '@placemarkio/check-geojson';
import { XMLValidator } from 'fast-xml-parser';
import { PNG } from 'pngjs';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Dataset } from '../datasets/dataset.ts';
import { openDataset } from '../datasets/open-dataset.ts';
import { toRle } from '../predictions/wire-rle.ts';
import { testAnnotation, testPrediction } from '../testing/storage-contract.ts';
import { type ExportOptions, exportDataset } from './export-dataset.ts';
import { EXPORT_FORMATS, type ExportFormat } from './format-files.ts';
import { type ImportOptions, importDataset } from './import-dataset.ts';
import { openInFiles } from './in-files.ts';
import { vocPalette } from './label-png.ts';

const signal = new AbortController().signal;
const now = () => new Date('2031-02-03T04:05:06.789Z');

/** Pixels of an image that a rule sets. */
function drawn(width: number, height: number, isSet: (x: number, y: number) => boolean): Bitmap {
  const bitmap = createBitmap({ width, height });
  bitmap.data.forEach((_, i) => {
    bitmap.data[i] = isSet(i % width, Math.floor(i / width)) ? 1 : 0;
  });
  return bitmap;
}

/** Two images; the masks of each do not overlap, and touch borders, have holes, parts and lines of one pixel. */
const masks: readonly {
  readonly image: string;
  readonly name: string;
  readonly label: string | null;
  readonly mask: Bitmap;
}[] = [
  {
    image: 'a/first one.png',
    name: 'ring',
    label: 'wheel',
    mask: drawn(61, 43, (x, y) => Math.abs(Math.hypot(x - 20, y - 20) - 11.3) < 4),
  },
  {
    image: 'a/first one.png',
    name: 'line',
    label: 'Röhre',
    mask: drawn(61, 43, (x, y) => x === 50 + (y % 3 === 0 ? 1 : 0)),
  },
  {
    image: 'a/first one.png',
    name: '',
    label: null,
    mask: drawn(61, 43, (x, y) => y > 38 && x < 45 && (x + y) % 5 !== 0),
  },
  {
    image: 'second.jpg',
    name: '= "quoted", name',
    label: 'wheel',
    mask: drawn(37, 53, (x, y) => x < 9 || (y < 7 && x > 20)),
  },
  {
    image: 'second.jpg',
    name: 'dust',
    label: 'Röhre',
    mask: drawn(37, 53, (x, y) => x > 12 && y > 20 && (x * 7 + y * 13) % 11 < 4),
  },
];

let folder: string;
const opened: Dataset[] = [];

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'calque-exchange-')));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((dataset) => dataset.close()));
  await rm(folder, { recursive: true, force: true });
});

async function openImages(name: string): Promise<Dataset> {
  const root = join(folder, name);
  await mkdir(join(root, 'a'), { recursive: true });
  for (const [path, width, height] of [
    ['a/first one.png', 61, 43],
    ['second.jpg', 37, 53],
    ['third.png', 8, 9],
  ] as const) {
    await sharp({ create: { width, height, channels: 3, background: '#326496' } }).toFile(join(root, path));
  }
  const dataset = await openDataset({ folder: root, home: join(folder, 'home'), tell: () => undefined });
  opened.push(dataset);
  await dataset.indexed();
  return dataset;
}

async function idOf(dataset: Dataset, path: string): Promise<string> {
  const [image] = await dataset.storage.imagesAt([path]);
  if (image === undefined) throw new Error(`no ${path}`);
  return image.id;
}

async function annotate(
  dataset: Dataset,
  change: (annotation: Annotation, index: number) => Annotation = (given) => given,
) {
  await dataset.replaceLabels([
    { id: 'l-2', name: 'Röhre', color: '#102030' },
    { id: 'l-1', name: 'wheel', color: '#405060' },
  ]);
  const ids = new Map([
    ['wheel', 'l-1'],
    ['Röhre', 'l-2'],
  ]);
  for (const [index, { image, name, label, mask }] of masks.entries()) {
    const rle = wire(mask);
    const maskId = maskIdOf(rle);
    const imageId = await idOf(dataset, image);
    await dataset.storage.addMask(maskId, rle, now().toISOString());
    const annotation = change(
      {
        ...testAnnotation(`x${index}`),
        name,
        labelId: label === null ? null : (ids.get(label) ?? null),
        order: index,
        editedMask: maskId,
      },
      index,
    );
    const entry: Entry = {
      id: `e${index}`,
      at: now().toISOString(),
      author: 'page',
      kind: 'step',
      gesture: 'create',
      changes: [{ before: null, after: annotation }],
    };
    const { length } = await dataset.storage.entries(imageId, 0);
    await dataset.documents.append(imageId, length, [entry]);
  }
}

const boxOf = (index: number) => ({ x1: index, y1: 2, x2: 20 + index, y2: 30 });

/** A model's answer on record for each of the masks. */
async function answered(dataset: Dataset): Promise<void> {
  for (const [index, { image, mask }] of masks.entries()) {
    const imageId = await idOf(dataset, image);
    const base = testPrediction(`p${index}`, imageId);
    const [candidate] = base.candidates;
    if (candidate === undefined) throw new Error('a prediction without a candidate');
    const candidates = [{ ...candidate, ...measureMask(mask), rle: wire(mask) }];
    const prompt = { box: boxOf(index), points: [], maskId: null };
    await dataset.storage.addPrediction({ ...base, prompt, candidates }, `x${index}`);
  }
}

function wire(mask: Bitmap): { size: [number, number]; counts: string } {
  return { size: [mask.height, mask.width], counts: countsToString(encodeRle(mask)) };
}

async function written(
  dataset: Dataset,
  options: Partial<ExportOptions> & { readonly format: ExportFormat },
) {
  const made = await exportDataset(dataset, { scope: 'all', version: '1.2.3', signal, ...options });
  const files = new Map<string, Buffer>();
  for await (const { path, content } of made.files) files.set(path, Buffer.from(content as Uint8Array));
  return { files, notes: made.notes };
}

async function placed(files: ReadonlyMap<string, Buffer | string>): Promise<string> {
  const target = await mkdtemp(join(folder, 'out-'));
  for (const [path, content] of files) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), content);
  }
  return target;
}

async function taken(
  dataset: Dataset,
  path: string,
  format: ExportFormat,
  options: Partial<ImportOptions> = {},
) {
  const files = await openInFiles(path);
  return importDataset(dataset, files, { format, partial: false, model: 'm', now, signal, ...options });
}

async function annotationsOf(dataset: Dataset, path: string): Promise<Annotation[]> {
  const log = await dataset.storage.entries(await idOf(dataset, path), 0);
  return [...documentOf(log.map(({ entry }) => entry)).annotations.values()].sort(
    (a, b) => a.order - b.order,
  );
}

async function ious(dataset: Dataset): Promise<number[]> {
  const found: number[] = [];
  for (const path of ['a/first one.png', 'second.jpg']) {
    const wanted = masks.filter(({ image }) => image === path);
    const annotations = await annotationsOf(dataset, path);
    expect(annotations).toHaveLength(wanted.length);
    for (const [index, { mask }] of wanted.entries()) {
      const stored = await dataset.storage.mask(annotations[index]?.editedMask ?? '');
      found.push(stored === null ? 0 : maskIou(mask, decodeRle(toRle(stored))));
    }
  }
  return found;
}

describe('what one dataset exports another one imports', () => {
  const formats = EXPORT_FORMATS.filter((format) => format !== 'csv' && format !== 'jsonl');
  test.each(formats)('as %s, to the pixel', async (format) => {
    const [from, to] = [await openImages('from'), await openImages('to')];
    await annotate(from);
    const { files, notes } = await written(from, { format });
    expect(notes).toEqual([]);
    const result = await taken(to, await placed(files), format);
    expect(result).toMatchObject({ images: 2, objects: 5, known: 0, faults: [] });
    const kept = await ious(to);
    console.info(`${format}: IoU kept on 5 masks: ${kept.map((iou) => iou.toFixed(4)).join(' ')}`);
    expect(kept).toEqual([1, 1, 1, 1, 1]);
    const names = new Map((await to.storage.labels()).map(({ id, name }) => [id, name]));
    const said = (await annotationsOf(to, 'a/first one.png')).map(
      ({ labelId }) => names.get(labelId ?? '') ?? null,
    );
    expect(said).toEqual(['wheel', 'Röhre', null]);
    if (format !== 'yolo') {
      const objects = await annotationsOf(to, 'second.jpg');
      expect(objects.map(({ name }) => name)).toEqual(['= "quoted", name', 'dust']);
    }
  });

  test('as records, a line each, to the pixel', async () => {
    const [from, to] = [await openImages('from'), await openImages('to')];
    await answered(from);
    await annotate(from, (annotation, index) => ({
      ...annotation,
      editedMask: null,
      prompt: { ...annotation.prompt, box: boxOf(index) },
    }));
    const { files, notes } = await written(from, { format: 'jsonl' });
    expect(notes).toEqual([]);
    expect(String(files.get('records.jsonl')).trim().split('\n')).toHaveLength(5);
    const result = await taken(to, await placed(files), 'jsonl');
    expect(result).toMatchObject({ images: 2, objects: 5, known: 0, faults: [] });
    const kept = await ious(to);
    console.info(`jsonl: IoU kept on 5 masks: ${kept.map((iou) => iou.toFixed(4)).join(' ')}`);
    expect(kept).toEqual([1, 1, 1, 1, 1]);
    const objects = await annotationsOf(to, 'second.jpg');
    expect(objects.map(({ name }) => name)).toEqual(['= "quoted", name', 'dust']);
  });

  test('once: a second import adds nothing', async () => {
    const [from, to] = [await openImages('from'), await openImages('to')];
    await annotate(from);
    const out = await placed((await written(from, { format: 'coco' })).files);
    await taken(to, out, 'coco');
    expect(await taken(to, out, 'coco')).toMatchObject({ images: 0, objects: 0, known: 5 });
    expect(await annotationsOf(to, 'second.jpg')).toHaveLength(2);
  });

  test('as one gesture an image, which can be undone', async () => {
    const [from, to] = [await openImages('from'), await openImages('to')];
    await annotate(from);
    await taken(to, await placed((await written(from, { format: 'coco' })).files), 'coco');
    const imageId = await idOf(to, 'second.jpg');
    const entry = (await to.storage.entries(imageId, 0))[0]?.entry;
    expect(entry).toMatchObject({ kind: 'step', gesture: 'import' });
    const undo: Entry = {
      id: 'u',
      at: now().toISOString(),
      author: 'page',
      kind: 'undo',
      stepId: entry?.id ?? '',
    };
    await to.documents.append(imageId, 1, [undo]);
    expect(await annotationsOf(to, 'second.jpg')).toEqual([]);
    expect((await to.storage.image(imageId))?.annotationCount).toBe(0);
  });
});

describe('an export', () => {
  test('holds what was accepted, or all but what was rejected', async () => {
    const dataset = await openImages('from');
    await annotate(dataset, (annotation, index) =>
      index === 0
        ? { ...annotation, review: { status: 'accepted', maskId: annotation.editedMask ?? '' } }
        : index === 3
          ? { ...annotation, review: { status: 'rejected', reason: 'too-much', note: '' } }
          : annotation,
    );
    const count = async (scope: 'accepted' | 'all') => {
      const { files } = await written(dataset, { format: 'coco', scope });
      return (JSON.parse(String(files.get('annotations.json'))) as { annotations: unknown[] }).annotations
        .length;
    };
    expect([await count('accepted'), await count('all')]).toEqual([1, 4]);
    const lines = String((await written(dataset, { format: 'csv' })).files.get('measures.csv'))
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength(6);
    expect(lines[4]).toContain('"\'= ""quoted"", name",wheel,rejected,too-much');
  });

  test('says which objects have no mask, and which no record', async () => {
    const dataset = await openImages('from');
    await annotate(dataset, (annotation, index) =>
      index === 1 ? { ...annotation, editedMask: null } : annotation,
    );
    const { notes } = await written(dataset, { format: 'jsonl' });
    expect(notes).toContain('a/first one.png: line has no mask on record');
    expect(notes).toContain('second.jpg: dust has no record: its mask was painted or imported');
  });

  test('of overlapping masks says what label maps lose, and the binary masks lose nothing', async () => {
    const [from, to] = [await openImages('from'), await openImages('to')];
    const square = drawn(37, 53, (x, y) => x < 20 && y < 20);
    await annotate(from, (annotation, index) => {
      if (index !== 4) return annotation;
      return { ...annotation, editedMask: maskIdOf(wire(square)) };
    });
    await from.storage.addMask(maskIdOf(wire(square)), wire(square), now().toISOString());
    const { files, notes } = await written(from, { format: 'png' });
    expect(notes).toEqual([
      'second.jpg: in instance/ and semantic/ 180 pixels of object 1 went to objects over it',
    ]);
    await taken(to, await placed(files), 'png');
    const stored = await to.storage.mask((await annotationsOf(to, 'second.jpg'))[0]?.editedMask ?? '');
    expect(stored).toEqual(wire(masks[3]?.mask ?? square));
  });

  test('as GeoJSON is valid for an independent reader', async () => {
    const dataset = await openImages('from');
    await annotate(dataset);
    const { files } = await written(dataset, { format: 'geojson' });
    expect([...files.keys()]).toEqual(['a/first one.geojson', 'second.geojson']);
    for (const content of files.values()) expect(check(String(content)).type).toBe('FeatureCollection');
  });

  test('as Pascal VOC has the palette of the development kit and boxes from 1 on', async () => {
    const dataset = await openImages('from');
    await annotate(dataset);
    const { files } = await written(dataset, { format: 'voc' });
    expect(vocPalette().slice(0, 4)).toEqual([
      [0, 0, 0],
      [128, 0, 0],
      [0, 128, 0],
      [128, 128, 0],
    ]);
    // An independent decoder applies the palette: colours instead of numbers.
    const png = PNG.sync.read(files.get('SegmentationObject/second.png') as Buffer);
    const color = (x: number, y: number) => [...png.data.subarray(4 * (y * 37 + x), 4 * (y * 37 + x) + 3)];
    expect([color(3, 40), color(15, 10)]).toEqual([
      [128, 0, 0],
      [0, 0, 0],
    ]);
    const xml = String(files.get('Annotations/second.xml'));
    expect(XMLValidator.validate(xml)).toBe(true);
    expect(xml).toMatch(/<xmin>1<\/xmin>\s*<ymin>1<\/ymin>\s*<xmax>37<\/xmax>\s*<ymax>53<\/ymax>/);
  });

  test('as cut-outs shows the object and nothing else', async () => {
    const dataset = await openImages('from');
    await annotate(dataset);
    const { files } = await written(dataset, { format: 'cutouts' });
    const png = PNG.sync.read(files.get('a/first one/1.png') as Buffer);
    expect([png.width, png.height]).toEqual([31, 31]);
    const at = (x: number, y: number) => [
      ...png.data.subarray(4 * (y * png.width + x), 4 * (y * png.width + x) + 4),
    ];
    expect([at(15, 1), at(15, 15)]).toEqual([
      [50, 100, 150, 255],
      [0, 0, 0, 0],
    ]);
  });

  test('of 16 bits a picture keeps numbers for an independent decoder', async () => {
    const dataset = await openImages('from');
    await annotate(dataset);
    const { files } = await written(dataset, { format: 'png' });
    const png = PNG.sync.read(files.get('instance/second.png') as Buffer, { skipRescale: true });
    expect([png.data[0], png.data[4 * (25 * 37 + 13)]]).toEqual([
      1,
      (masks[4]?.mask.data[25 * 37 + 13] ?? 0) * 2,
    ]);
  });
});

describe('an import refuses as a whole, and takes what fits when it is told to', () => {
  async function file(
    change: (coco: { images: { file_name: string; width: number }[] }) => void,
  ): Promise<{ to: Dataset; path: string }> {
    const [from, to] = [await openImages('from'), await openImages('to')];
    await annotate(from);
    const { files } = await written(from, { format: 'coco', segmentation: 'polygons' });
    const coco = JSON.parse(String(files.get('annotations.json'))) as {
      images: { file_name: string; width: number }[];
    };
    change(coco);
    const out = await placed(new Map([['x.json', JSON.stringify(coco)]]));
    return { to, path: join(out, 'x.json') };
  }

  test.each([
    [
      'an image that the dataset has not',
      'elsewhere.jpg',
      37,
      'elsewhere.jpg',
      'the dataset has no such image',
    ],
    ['masks of another size', 'second.jpg', 38, 'second.jpg', 'masks of 38 x 53 pixels'],
  ])('%s', async (_, name, width, place, problem) => {
    const { to, path } = await file(({ images }) => {
      images[1] = { ...(images[1] as { file_name: string; width: number }), file_name: name, width };
    });
    await expect(taken(to, path, 'coco')).rejects.toMatchObject({
      code: 'import-refused',
      details: { count: 1, faults: [{ place, problem }] },
    });
    expect((await to.storage.counts()).annotations).toBe(0);
    expect(await taken(to, path, 'coco', { partial: true })).toMatchObject({
      images: 1,
      objects: 3,
      faults: [{ place }],
    });
  });

  test('finds images by their name alone where only one has it', async () => {
    const { to, path } = await file(({ images }) => {
      images[0] = {
        ...(images[0] as { file_name: string; width: number }),
        file_name: 'C:\\photos\\first one.png',
      };
    });
    expect(await taken(to, path, 'coco')).toMatchObject({ objects: 5 });
  });

  test.each(EXPORT_FORMATS)('something that is no %s', async (format) => {
    const to = await openImages('to');
    const out = await placed(
      new Map([
        ['third.json', '{"shapes": 7'],
        ['third.geojson', '[]'],
        ['third.png', 'no PNG'],
        ['data.yaml', 'names: 3'],
        ['cutouts.json', '{}'],
        ['labels/third.txt', '0 1'],
        ['SegmentationClass/third.png', 'no PNG'],
        ['third.jsonl', '{}\n{'],
      ]),
    );
    await expect(taken(to, out, format)).rejects.toMatchObject({
      code: expect.stringMatching(/^(format-invalid|label-picture-invalid|import-refused)$/),
    });
    expect((await to.storage.counts()).annotations).toBe(0);
  });

  test('a file that is not there', async () => {
    await expect(openInFiles(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'import-unreadable' });
  });
});
