import { formatInvalid } from '../errors.ts';
import type { Size } from '../geometry/size.ts';
import { MAX_MASK_PX } from '../mask/bitmap.ts';
import { checkRle, decodeRle, encodeRunsAsRle, type Rle, rleArea, rleBox } from '../mask/rle.ts';
import { countsFromString, countsToString } from '../mask/rle-string.ts';
import { rowRunsOf } from '../mask/row-runs.ts';
import { JsonNode } from '../record/json-node.ts';
import { rleOfCocoPolygon } from './coco-polygon.ts';
import {
  type Exchange,
  type ExchangeImage,
  type ExchangeObject,
  type ExchangeReading,
  type FormatFault,
  NO_LABEL,
  numberedLabels,
} from './exchange.ts';
import { bridgedRing, polygonsOfMask } from './mask-polygons.ts';
import { takingFaults } from './taking-faults.ts';
import { unionOfRles } from './union-of-rles.ts';

/** `rle`: compressed run lengths. `counts`: the same as numbers. `polygons`: along pixel edges, holes joined by bridges. */
export type CocoSegmentation = 'rle' | 'counts' | 'polygons';

export interface CocoOptions {
  readonly segmentation?: CocoSegmentation;
}

/**
 * The dataset as COCO's instances file, to be written as JSON. All three forms of `segmentation` keep every pixel by
 * pycocotools. `name` and `score` are added to annotations; readers that do not know them pass over them.
 * Source: https://cocodataset.org/#format-data.
 */
export function writeCoco(exchange: Exchange, { segmentation = 'rle' }: CocoOptions = {}): CocoFile {
  const names = numberedLabels(exchange);
  const categoryOf = new Map(names.map((name, index) => [name, index + 1]));
  let nextId = 1;
  return {
    info: { description: 'Written by Calque', version: '1.0' },
    licenses: [],
    images: exchange.images.map(({ path, size }, index) => ({ id: index + 1, file_name: path, ...size })),
    annotations: exchange.images.flatMap(({ objects }, index) =>
      objects.map((object) => ({
        id: nextId++,
        image_id: index + 1,
        category_id: categoryOf.get(object.label ?? NO_LABEL) as number,
        ...annotationOf(object, segmentation),
      })),
    ),
    categories: names.map((name, index) => ({ id: index + 1, name, supercategory: '' })),
  };
}

type Segmentation =
  | { readonly size: readonly number[]; readonly counts: string | readonly number[] }
  | number[][];

interface CocoAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly segmentation: Segmentation;
  readonly area: number;
  /** x, y, width, height. */
  readonly bbox: readonly number[];
  readonly iscrowd: 0;
  readonly name?: string;
  readonly score?: number;
}

/** As JSON: field names are COCO's. */
export interface CocoFile {
  readonly info: Readonly<Record<string, string>>;
  readonly licenses: readonly never[];
  readonly images: readonly ({ readonly id: number; readonly file_name: string } & Size)[];
  readonly annotations: readonly CocoAnnotation[];
  readonly categories: readonly {
    readonly id: number;
    readonly name: string;
    readonly supercategory: string;
  }[];
}

function annotationOf(
  { mask, name, score }: ExchangeObject,
  form: CocoSegmentation,
): Omit<CocoAnnotation, 'id' | 'image_id' | 'category_id'> {
  const box = rleBox(mask);
  return {
    segmentation: segmentationOf(mask, form),
    area: rleArea(mask),
    bbox: box === null ? [0, 0, 0, 0] : [box.x1, box.y1, box.x2 - box.x1, box.y2 - box.y1],
    iscrowd: 0,
    ...(name === '' ? {} : { name }),
    ...(score === null ? {} : { score }),
  };
}

function segmentationOf(mask: Rle, form: CocoSegmentation): Segmentation {
  if (form === 'polygons') {
    return polygonsOfMask(decodeRle(mask)).map(({ outer, holes }) => bridgedRing([outer, ...holes]));
  }
  const size = [mask.size.height, mask.size.width];
  return { size, counts: form === 'rle' ? countsToString(mask) : Array.from(mask.counts) };
}

const MAX_ENTRIES = 20_000_000;

/**
 * A COCO instances file out of parsed JSON that anybody may have written. `segmentation` may be polygons, of which the union
 * counts, or run lengths, compressed or not. What is wrong with one annotation is a fault, and the others are read.
 * Throws `format-invalid` where images or categories are not as they must be.
 */
export function readCoco(value: unknown): ExchangeReading {
  const root = new JsonNode(value, '$', (path, found, expected) =>
    formatInvalid('COCO', path, found, expected),
  );
  const images = readImages(root.field('images'));
  const labels = readCategories(root.field('categories'));
  const faults: FormatFault[] = [];
  for (const node of root.field('annotations').items(MAX_ENTRIES)) {
    takingFaults(faults, node.path, () => {
      const image = images.get(node.field('image_id').textOrNumber());
      if (image === undefined) return node.field('image_id').fail('the id of one of the images');
      image.objects.push(readAnnotation(node, image.size, labels));
    });
  }
  return {
    labels: [...labels.values()].filter((label) => label !== NO_LABEL),
    images: [...images.values()],
    faults,
  };
}

type OpenImage = ExchangeImage & { readonly objects: ExchangeObject[] };
type Id = string | number;

function readImages(node: JsonNode): Map<Id, OpenImage> {
  const images = new Map<Id, OpenImage>();
  for (const image of node.items(MAX_ENTRIES)) {
    const id = image.field('id').textOrNumber();
    if (images.has(id)) image.field('id').fail('an id that no other image has');
    const width = image.field('width').integerFrom(1, MAX_MASK_PX);
    const height = image.field('height').integerFrom(1, Math.floor(MAX_MASK_PX / width));
    images.set(id, { path: image.field('file_name').text(), size: { width, height }, objects: [] });
  }
  return images;
}

function readCategories(node: JsonNode): Map<Id, string> {
  const labels = new Map<Id, string>();
  for (const category of node.items(MAX_ENTRIES)) {
    const id = category.field('id').textOrNumber();
    if (labels.has(id)) category.field('id').fail('an id that no other category has');
    labels.set(id, category.field('name').text());
  }
  return labels;
}

function readAnnotation(node: JsonNode, size: Size, labels: ReadonlyMap<Id, string>): ExchangeObject {
  const label = labels.get(node.field('category_id').textOrNumber());
  if (label === undefined) return node.field('category_id').fail('the id of one of the categories');
  const name = node.field('name');
  const score = node.field('score');
  return {
    name: name.isAbsent() ? '' : name.text(),
    label: label === NO_LABEL ? null : label,
    mask: readSegmentation(node.field('segmentation'), size),
    score: score.isAbsent() || score.value === null ? null : score.finite(),
  };
}

function readSegmentation(node: JsonNode, size: Size): Rle {
  if (Array.isArray(node.value)) return readPolygons(node, size);
  if (typeof node.value !== 'object' || node.value === null) return node.fail('polygons or run lengths');
  const [height, width] = node
    .field('size')
    .items(2)
    .map((side) => side.integerFrom(1, MAX_MASK_PX));
  if (height !== size.height || width !== size.width) {
    return node.field('size').fail(`[${size.height}, ${size.width}], height and width of the image`);
  }
  const counts = node.field('counts');
  try {
    return typeof counts.value === 'string' ? countsFromString(counts.value, size) : readCounts(counts, size);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'rle-malformed')) throw error;
    return counts.fail(`run lengths that add up: ${error.message}`);
  }
}

/** Runs of length 0 in the middle are allowed in a file; they are joined, as everything that is computed of runs expects. */
function readCounts(node: JsonNode, size: Size): Rle {
  const px = size.width * size.height;
  const counts = Uint32Array.from(node.items(px + 1).map((count) => count.integerFrom(0, px)));
  const rle = { size, counts };
  checkRle(rle);
  return counts.indexOf(0, 1) < 0 ? rle : encodeRunsAsRle(rowRunsOf(decodeRle(rle)));
}

function readPolygons(node: JsonNode, size: Size): Rle {
  const polygons = node.items(MAX_ENTRIES);
  if (polygons.length === 0) node.fail('at least one polygon');
  return unionOfRles(polygons.map((polygon) => rleOfCocoPolygon(readPolygon(polygon, size), size)));
}

function readPolygon(node: JsonNode, { width, height }: Size): number[] {
  const numbers = node.items(MAX_ENTRIES);
  if (numbers.length < 6 || numbers.length % 2 === 1) node.fail('x and y of at least three corners in turn');
  // A little outside is usual; far outside is another image, or another unit.
  return numbers.map((number, index) => {
    const side = index % 2 === 0 ? width : height;
    return number.numberFrom(-side, 2 * side);
  });
}
