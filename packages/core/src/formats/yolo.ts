import { formatInvalid } from '../errors.ts';
import type { Size } from '../geometry/size.ts';
import { decodeRle, encodeRle } from '../mask/rle.ts';
import { type ExchangeObject, type FormatFault, NO_LABEL } from './exchange.ts';
import { fillRings } from './fill-rings.ts';
import { bridgedRing, polygonsOfMask } from './mask-polygons.ts';
import { takingFaults } from './taking-faults.ts';

/** Enough to bring back every corner of an image 16,384 pixels wide within a hundredth of a pixel. */
const DECIMALS = 6;

/**
 * The objects of one image as a YOLO segmentation file: a line each, `CLASS x1 y1 x2 y2 …` in fractions of width and height.
 * The format has one ring an object: holes and parts are joined to it by bridges, which loses no pixel for readers that fill by
 * even-odd. Names and scores are lost. An object without pixels has no line.
 * Source: https://docs.ultralytics.com/datasets/segment/.
 *
 * @param labels in the order that gives the classes their numbers, `NO_LABEL` among them where an object has none.
 */
export function writeYoloLabels(
  objects: readonly ExchangeObject[],
  size: Size,
  labels: readonly string[],
): string {
  const lines = objects.map(({ mask, label }) => {
    const rings = polygonsOfMask(decodeRle(mask)).flatMap(({ outer, holes }) => [outer, ...holes]);
    const fractions = bridgedRing(rings).map((value, index) =>
      fraction(value, index % 2 === 0 ? size.width : size.height),
    );
    return fractions.length === 0 ? '' : `${labels.indexOf(label ?? NO_LABEL)} ${fractions.join(' ')}\n`;
  });
  return lines.join('');
}

function fraction(value: number, side: number): string {
  return String(Number((value / side).toFixed(DECIMALS)));
}

/** What a file of labels says of its image. */
export interface ImageReading {
  readonly objects: readonly ExchangeObject[];
  readonly faults: readonly FormatFault[];
}

/**
 * A YOLO segmentation file that anybody may have written, for an image of `size`. Lines that are not as they must be are faults
 * at `line N`, and the others are read; boxes (`CLASS x y width height`) are such, as they hold no mask.
 */
export function readYoloLabels(text: string, size: Size, labels: readonly string[]): ImageReading {
  const faults: FormatFault[] = [];
  const objects = text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const place = `line ${index + 1}`;
    return takingFaults(faults, place, () => readLine(line.trim(), place, size, labels)) ?? [];
  });
  return { objects, faults };
}

function readLine(line: string, place: string, size: Size, labels: readonly string[]): ExchangeObject {
  const refuse = (found: string, expected: string): never => {
    throw formatInvalid('YOLO', place, found, expected);
  };
  const [first = '', ...rest] = line.split(/\s+/);
  const label = /^\d+$/.test(first) ? labels[Number(first)] : undefined;
  if (label === undefined)
    return refuse(`the class ${first.slice(0, 30)}`, `an integer from 0 to ${labels.length - 1}`);
  if (rest.length === 4) return refuse('a box', 'a polygon: x and y of at least three corners');
  if (rest.length < 6 || rest.length % 2 === 1) {
    return refuse(`${rest.length} numbers after the class`, 'x and y of at least three corners in turn');
  }
  const ring = rest.map((word, index) => {
    const value = /^[-+.\deE]+$/.test(word) ? Number(word) : Number.NaN;
    // A little outside is usual; far outside is pixels, not fractions.
    if (!(value >= -1 && value <= 2))
      return refuse(word.slice(0, 30), 'a fraction of the side of the image, from 0 to 1');
    return value * (index % 2 === 0 ? size.width : size.height);
  });
  const mask = encodeRle(fillRings([ring], size));
  return { name: '', label: label === NO_LABEL ? null : label, mask, score: null };
}
