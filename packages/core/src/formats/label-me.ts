import { formatInvalid } from '../errors.ts';
import type { Size } from '../geometry/size.ts';
import { type Bitmap, createBitmap, MAX_MASK_PX } from '../mask/bitmap.ts';
import { decodeRle, encodeRle, type Rle } from '../mask/rle.ts';
import { JsonNode } from '../record/json-node.ts';
import { type ExchangeImage, type ExchangeObject, type FormatFault, NO_LABEL } from './exchange.ts';
import { fillRings } from './fill-rings.ts';
import { bridgedRing, polygonsOfMask } from './mask-polygons.ts';
import { takingFaults } from './taking-faults.ts';
import { unionOfRles } from './union-of-rles.ts';

const MAX_SHAPES = 1_000_000;

/**
 * An image's objects as LabelMe's JSON: polygons along pixel edges, the holes of a part joined to it by bridges, the parts of an
 * object of one `group_id`. `imagePath` is relative to the file. The name goes into `description`, the score into `flags`-free
 * `score`, which LabelMe keeps among other data. Source: LabelMe 5, `labelme/_label_file.py`.
 */
export function writeLabelMe({ path, size, objects }: ExchangeImage, imagePath: string = path): LabelMeFile {
  return {
    version: '5.5.0',
    flags: {},
    shapes: objects.flatMap(({ name, label, mask, score }, index) =>
      polygonsOfMask(decodeRle(mask)).map(({ outer, holes }) => ({
        label: label ?? NO_LABEL,
        points: pairsOf(bridgedRing([outer, ...holes])),
        group_id: index + 1,
        description: name,
        shape_type: 'polygon' as const,
        flags: {},
        ...(score === null ? {} : { score }),
      })),
    ),
    imagePath,
    imageData: null,
    imageHeight: size.height,
    imageWidth: size.width,
  };
}

/** As JSON: field names are LabelMe's. */
export interface LabelMeFile {
  readonly version: string;
  readonly flags: Readonly<Record<string, never>>;
  readonly shapes: readonly {
    readonly label: string;
    readonly points: readonly (readonly [x: number, y: number])[];
    readonly group_id: number;
    readonly description: string;
    readonly shape_type: 'polygon';
    readonly flags: Readonly<Record<string, never>>;
    readonly score?: number;
  }[];
  readonly imagePath: string;
  readonly imageData: null;
  readonly imageHeight: number;
  readonly imageWidth: number;
}

function pairsOf(ring: readonly number[]): [number, number][] {
  return Array.from({ length: ring.length / 2 }, (_, i) => [
    ring[2 * i] as number,
    ring[2 * i + 1] as number,
  ]);
}

/** The pictures (base64 of PNG files) of the shapes that are masks, for who decodes them before {@link readLabelMe}. */
export function labelMePictures(value: unknown): string[] {
  const shapes = (value as { readonly shapes?: unknown } | null)?.shapes;
  if (!Array.isArray(shapes)) return [];
  return shapes.flatMap((shape: unknown) => {
    const picture = (shape as { readonly mask?: unknown } | null)?.mask;
    return typeof picture === 'string' ? [picture] : [];
  });
}

/**
 * A LabelMe file out of parsed JSON that anybody may have written. Polygons, rectangles, circles and masks become objects, those
 * of one `group_id` and label one object together; points and lines enclose nothing and are faults. The image's path is as the
 * file has it. Throws `format-invalid` where the file is not as it must be.
 *
 * @param pictures the masks of `labelMePictures`, decoded: not 0 where the shape is.
 */
export function readLabelMe(
  value: unknown,
  pictures: ReadonlyMap<string, Bitmap> = new Map(),
): ExchangeImage & { readonly faults: readonly FormatFault[] } {
  const root = new JsonNode(value, '$', (path, found, expected) =>
    formatInvalid('LabelMe', path, found, expected),
  );
  const width = root.field('imageWidth').integerFrom(1, MAX_MASK_PX);
  const height = root.field('imageHeight').integerFrom(1, Math.floor(MAX_MASK_PX / width));
  const size = { width, height };
  const faults: FormatFault[] = [];
  const groups = new Map<string, Shape[]>();
  for (const node of root.field('shapes').items(MAX_SHAPES)) {
    const shape = takingFaults(faults, node.path, () => readShape(node, size, pictures));
    if (shape === undefined) continue;
    const group = groups.get(shape.group);
    if (group === undefined) groups.set(shape.group, [shape]);
    else group.push(shape);
  }
  return { path: root.field('imagePath').text(), size, objects: [...groups.values()].map(objectOf), faults };
}

interface Shape extends ExchangeObject {
  /** Shapes of one group are one object. */
  readonly group: string;
}

function objectOf(shapes: readonly Shape[]): ExchangeObject {
  const [{ name, label, score }] = shapes as [Shape];
  return { name, label, score, mask: unionOfRles(shapes.map(({ mask }) => mask)) };
}

function readShape(node: JsonNode, size: Size, pictures: ReadonlyMap<string, Bitmap>): Shape {
  const label = node.field('label').text();
  const groupId = node.field('group_id').value;
  const description = node.field('description').value;
  const score = node.field('score').value;
  return {
    group: typeof groupId === 'number' ? JSON.stringify([groupId, label]) : node.path,
    label: label === NO_LABEL ? null : label,
    name: typeof description === 'string' ? description : '',
    score: typeof score === 'number' && Number.isFinite(score) ? score : null,
    mask: maskOfShape(node, size, pictures),
  };
}

function maskOfShape(node: JsonNode, size: Size, pictures: ReadonlyMap<string, Bitmap>): Rle {
  const points = node
    .field('points')
    .items(MAX_SHAPES)
    .map((point) => pointOf(point, size));
  const type = node.field('shape_type');
  switch (type.isAbsent() ? 'polygon' : type.value) {
    case 'polygon':
      if (points.length < 3) return node.field('points').fail('at least three points');
      return encodeRle(fillRings([points.flat()], size));
    case 'rectangle':
      return encodeRle(fillRings([rectangleOf(node, points)], size));
    case 'circle':
      return encodeRle(fillRings([circleOf(node, points)], size));
    case 'mask':
      return encodeRle(placed(node, points, size, pictures));
    default:
      return type.fail('"polygon", "rectangle", "circle" or "mask": others enclose no pixels');
  }
}

type Pair = readonly [x: number, y: number];

function pointOf(node: JsonNode, { width, height }: Size): Pair {
  const [x, y] = node.items(2);
  if (x === undefined || y === undefined) return node.fail('[x, y]');
  return [x.numberFrom(-width, 2 * width), y.numberFrom(-height, 2 * height)];
}

function twoOf(node: JsonNode, points: readonly Pair[]): readonly [Pair, Pair] {
  const [first, second] = points;
  if (first === undefined || second === undefined) return node.field('points').fail('two points');
  return [first, second];
}

function rectangleOf(node: JsonNode, points: readonly Pair[]): number[] {
  const [[x1, y1], [x2, y2]] = twoOf(node, points);
  return [x1, y1, x2, y1, x2, y2, x1, y2];
}

/** The centre and a point of the line, as a ring of corners less than half a pixel apart from the circle. */
function circleOf(node: JsonNode, points: readonly Pair[]): number[] {
  const [[x, y], [edgeX, edgeY]] = twoOf(node, points);
  const radius = Math.hypot(edgeX - x, edgeY - y);
  const corners = Math.max(64, Math.ceil(8 * Math.sqrt(radius)));
  return Array.from({ length: corners }, (_, i) => (2 * Math.PI * i) / corners).flatMap((angle) => [
    x + radius * Math.cos(angle),
    y + radius * Math.sin(angle),
  ]);
}

/** A mask's picture at its place: the first of its points is the top left pixel, and the second the bottom right one. */
function placed(
  node: JsonNode,
  points: readonly Pair[],
  size: Size,
  pictures: ReadonlyMap<string, Bitmap>,
): Bitmap {
  const [[x1, y1]] = twoOf(node, points);
  const picture = pictures.get(node.field('mask').text(Number.MAX_SAFE_INTEGER));
  if (picture === undefined) return node.field('mask').fail('a PNG picture in base64');
  const bitmap = createBitmap(size);
  const [left, top] = [Math.round(x1), Math.round(y1)];
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const isInside = x + left >= 0 && y + top >= 0 && x + left < size.width && y + top < size.height;
      if (picture.data[y * picture.width + x] === 0 || !isInside) continue;
      bitmap.data[(y + top) * size.width + x + left] = 1;
    }
  }
  return bitmap;
}
