import {
  decodeRle,
  drawLabelMap,
  type ExchangeImage,
  type FormatFault,
  NO_LABEL,
  numberedLabels,
  objectsOfLabelMap,
} from '@calque/core';
import { formatCannotHold } from '../errors.ts';
import { type InFiles, type ReadFormat, stemOf, stemsOf, type WriteFormat } from './format-files.ts';
import { decodeLabelPng, encodeBinaryPng, encodeGreyPng, encodePalettePng } from './label-png.ts';
import { parseJson } from './parse-json.ts';

/** What the pictures cannot say: which file belongs to which object. */
interface Index {
  readonly labels: readonly string[];
  readonly images: readonly {
    readonly path: string;
    readonly instance: string;
    readonly semantic: string;
    readonly objects: readonly {
      readonly value: number;
      readonly binary: string;
      readonly name: string;
      readonly label: string | null;
      readonly score: number | null;
    }[];
  }[];
}

/**
 * Three pictures of everything: `binary/` has a file an object, black and white, which loses nothing; `instance/` one of 16 bits
 * grey an image, with the number of the object; `semantic/` a palette PNG with the number of the label. Where masks overlap in
 * the latter two, the later object counts. `masks.json` says what is what.
 */
export const writePngFiles: WriteFormat = async function* (collected, { note }) {
  const labels = numberedLabels(collected);
  if (labels.length > 255) throw formatCannotHold('a palette PNG', `${labels.length} labels`, 'at most 255');
  const stems = stemsOf(collected.images.map(({ path }) => path));
  const images: Index['images'][number][] = [];
  for (const { path, size, objects } of collected.images) {
    const stem = stems.get(path) as string;
    const { map, lostPx } = drawLabelMap(
      objects.map(({ mask }, index) => ({ value: index + 1, mask })),
      size,
    );
    lostPx.forEach((lost, index) => {
      if (lost > 0)
        note(
          `${path}: in instance/ and semantic/ ${lost} pixels of object ${index + 1} went to objects over it`,
        );
    });
    const classes = objects.map(({ label }) => labels.indexOf(label ?? NO_LABEL) + 1);
    const semantic = Uint8Array.from(map.data, (value) => (value === 0 ? 0 : (classes[value - 1] as number)));
    const named = objects.map(({ name, label, score }, index) => ({
      value: index + 1,
      binary: `binary/${stem}/${index + 1}.png`,
      name,
      label,
      score,
    }));
    for (const [index, { mask }] of objects.entries()) {
      yield { path: `binary/${stem}/${index + 1}.png`, content: encodeBinaryPng(decodeRle(mask)) };
    }
    yield { path: `instance/${stem}.png`, content: encodeGreyPng(map) };
    yield { path: `semantic/${stem}.png`, content: encodePalettePng({ ...size, data: semantic }) };
    images.push({ path, instance: `instance/${stem}.png`, semantic: `semantic/${stem}.png`, objects: named });
  }
  const index: Index = { labels, images };
  yield { path: 'masks.json', content: JSON.stringify(index, null, 2) };
};

/**
 * With `masks.json` what it lists; without it every PNG is a label map of the image with its name: each value but 0 is an object,
 * and where black and white are all there is, white is one.
 */
export const readPngFiles: ReadFormat = async (files, finder) => {
  if (files.paths.includes('masks.json')) return readIndexed(files);
  const images: ExchangeImage[] = [];
  const faults: FormatFault[] = [];
  for (const path of files.paths.filter((name) => name.toLowerCase().endsWith('.png'))) {
    const image = await finder.find(stemOf(path));
    if (image === null) {
      faults.push({
        place: path,
        problem: 'no image of this name is in the dataset',
        expected: 'an image of the dataset',
      });
      continue;
    }
    const map = decodeLabelPng(await files.read(path), path);
    const objects = objectsOfLabelMap(map).map(({ mask }) => ({ name: '', label: null, mask, score: null }));
    images.push({ path: image.path, size: { width: map.width, height: map.height }, objects });
  }
  return { labels: [], images, faults };
};

async function readIndexed(files: InFiles): ReturnType<ReadFormat> {
  const { images, labels } = indexIn(parseJson(await files.read('masks.json'), 'masks.json', 'PNG masks'));
  const faults: FormatFault[] = [];
  const read: ExchangeImage[] = [];
  for (const { path, objects } of images) {
    const found: (ExchangeImage['objects'][number] & { readonly size: ExchangeImage['size'] })[] = [];
    for (const { binary, name, label, score } of objects) {
      if (!files.paths.includes(binary)) {
        faults.push({
          place: 'masks.json',
          problem: `${binary} is missing`,
          expected: 'every file that is listed',
        });
        continue;
      }
      const map = decodeLabelPng(await files.read(binary), binary);
      const [object] = objectsOfLabelMap({
        ...map,
        data: Uint8Array.from(map.data, (value) => (value === 0 ? 0 : 1)),
      });
      if (object !== undefined) found.push({ name, label, score, mask: object.mask, size: object.mask.size });
    }
    const [first] = found;
    if (first !== undefined)
      read.push({ path, size: first.size, objects: found.map(({ size: _, ...object }) => object) });
  }
  return { labels: labels.filter((label) => label !== NO_LABEL), images: read, faults };
}

function indexIn(value: unknown): Index {
  const { labels, images } = (value ?? {}) as Partial<Index>;
  return {
    labels: listOf<unknown>(labels).filter(isText),
    images: listOf<Index['images'][number]>(images)
      .filter((image) => isText(image?.path))
      .map((image) => ({
        ...image,
        objects: listOf<IndexedObject | null>(image.objects).flatMap(checkedObject),
      })),
  };
}

type IndexedObject = Index['images'][number]['objects'][number];

function checkedObject(object: Partial<IndexedObject> | null): IndexedObject[] {
  const { value = 0, binary, name, label, score } = object ?? {};
  if (!isText(binary)) return [];
  return [
    {
      value,
      binary,
      name: isText(name) ? name : '',
      label: isText(label) ? label : null,
      score: Number.isFinite(score) ? (score as number) : null,
    },
  ];
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
