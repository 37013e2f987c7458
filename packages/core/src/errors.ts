import { CalqueError } from './calque-error.ts';
import type { BoxXyxy } from './geometry/box.ts';
import type { Size } from './geometry/size.ts';

export function promptEmpty(): CalqueError {
  return new CalqueError({
    code: 'prompt-empty',
    message: 'the prompt has nothing in it',
    expected: 'a box, at least one point, or a mask',
    remedy: 'Draw a box around the object or click on it.',
  });
}

export function promptTooManyPoints(count: number, limit: number): CalqueError {
  return new CalqueError({
    code: 'prompt-too-many-points',
    message: `the prompt has ${count} points`,
    expected: `at most ${limit}`,
    remedy: 'Keep the points that say something new, or draw a box or give a mask instead.',
    details: { count, limit },
  });
}

export function boxNotFinite(box: BoxXyxy): CalqueError {
  return new CalqueError({
    code: 'box-not-finite',
    message: `the box ${boxText(box)} has a coordinate that is not a finite number`,
    expected: 'four finite numbers x1,y1,x2,y2',
    remedy: 'Give the two corners in pixels of the image.',
    details: { box: boxText(box) },
  });
}

export function boxEmpty(box: BoxXyxy): CalqueError {
  return new CalqueError({
    code: 'box-empty',
    message: `the box ${boxText(box)} covers no area`,
    expected: 'two opposite corners that differ in x and in y',
    remedy: 'Draw the box from one corner of the object to the opposite one.',
    details: { box: boxText(box) },
  });
}

export function boxOutsideImage(box: BoxXyxy, size: Size): CalqueError {
  return new CalqueError({
    code: 'box-outside-image',
    message: `the box ${boxText(box)} lies outside the image of ${sizeText(size)}`,
    expected: `a box that overlaps x 0 to ${size.width} and y 0 to ${size.height}`,
    remedy: 'Check that the coordinates are pixels of the image as it is shown, after rotation.',
    details: { box: boxText(box), width: size.width, height: size.height },
  });
}

export function pointNotFinite(
  point: { readonly x: number; readonly y: number },
  index: number,
): CalqueError {
  return new CalqueError({
    code: 'point-not-finite',
    message: `point ${index + 1} (${point.x}, ${point.y}) has a coordinate that is not a finite number`,
    expected: 'two finite numbers x,y',
    remedy: 'Give the position in pixels of the image.',
    details: { index, x: String(point.x), y: String(point.y) },
  });
}

export function pointOutsideImage(
  point: { readonly x: number; readonly y: number },
  index: number,
  size: Size,
): CalqueError {
  return new CalqueError({
    code: 'point-outside-image',
    message: `point ${index + 1} (${point.x}, ${point.y}) lies outside the image of ${sizeText(size)}`,
    expected: `x from 0 to below ${size.width} and y from 0 to below ${size.height}`,
    remedy: 'Check that the coordinates are pixels of the image as it is shown, after rotation.',
    details: { index, x: point.x, y: point.y, width: size.width, height: size.height },
  });
}

export function pointLabelUnknown(label: unknown, index: number): CalqueError {
  return new CalqueError({
    code: 'point-label-unknown',
    message: `point ${index + 1} has the unknown label ${quoted(label)}`,
    expected: '"foreground" or "background"',
    remedy: 'Say whether the point belongs to the object or not.',
    details: { index, label: quoted(label) },
  });
}

export function maskPromptWrongSize(found: string, size: Size): CalqueError {
  return new CalqueError({
    code: 'mask-prompt-wrong-size',
    message: `the mask given as a prompt has ${found}, the image has ${sizeText(size)}`,
    expected: `a mask of ${sizeText(size)}`,
    remedy: 'Give a mask that was made on this image, at its full size.',
    details: { found, width: size.width, height: size.height },
  });
}

/** `found`: the size as it came, e.g. `0 x 7 pixels`. */
export function maskSizeInvalid(found: string, limitPx: number): CalqueError {
  return new CalqueError({
    code: 'mask-size-invalid',
    message: `a mask of ${found} is not possible`,
    expected: `width and height as integers of 1 or more, at most ${limitPx} pixels in all, one byte each`,
    remedy: 'Check the size that the mask states.',
    details: { found },
  });
}

export function masksDifferInSize(a: Size, b: Size): CalqueError {
  return new CalqueError({
    code: 'mask-size-mismatch',
    message: `a mask of ${sizeText(a)} cannot be compared with one of ${sizeText(b)}`,
    expected: 'two masks of the same image',
    remedy: 'Compare masks that were made on the same image at the same size.',
    details: { first: sizeText(a), second: sizeText(b) },
  });
}

export function rleMalformed(reason: string): CalqueError {
  return new CalqueError({
    code: 'rle-malformed',
    message: `the run-length encoded mask is malformed: ${reason}`,
    expected: 'counts as COCO writes them, which add up to width times height',
    remedy: 'Write the mask again with the program that made it; the text may have been cut or edited.',
    details: { reason },
  });
}

export function postprocessOptionInvalid(name: string, value: unknown, expected: string): CalqueError {
  return new CalqueError({
    code: 'postprocess-option-invalid',
    message: `the post-processing option ${name} is ${quoted(value)}`,
    expected,
    remedy: 'Leave the option out, or set it to 0, to switch the step off.',
    details: { name, value: quoted(value) },
  });
}

export function dilationRatioInvalid(ratio: number): CalqueError {
  return new CalqueError({
    code: 'dilation-ratio-invalid',
    message: `the dilation ratio of boundary IoU is ${ratio}`,
    expected: 'a finite number above 0',
    remedy: 'Leave it out for the published 0.02.',
    details: { ratio: String(ratio) },
  });
}

/** `path`: where in the record, as `$.mask.rle.size[0]`. */
export function recordInvalid(path: string, found: string, expected: string): CalqueError {
  return new CalqueError({
    code: 'record-invalid',
    message: `the record is not valid at ${path}: found ${found}`,
    expected,
    remedy: 'Use a record as Calque wrote it, or make it again.',
    details: { path, found },
  });
}

export function recordVersionUnsupported(found: number, supported: number): CalqueError {
  return new CalqueError({
    code: 'record-version-unsupported',
    message: `the record has schema version ${found}`,
    expected: `schema version ${supported}`,
    remedy:
      found > supported ? 'Update Calque: a newer version wrote this record.' : 'Make the record again.',
    details: { found, supported },
  });
}

/** `id`: of the annotation or step that is not in the state that the entry was made for. */
export function documentConflict(kind: 'step' | 'undo' | 'redo', id: string): CalqueError {
  return new CalqueError({
    code: 'document-conflict',
    message: `the ${kind} was made for another state of the document than the one that it meets (${id})`,
    expected: 'annotations as they were when the gesture was made',
    remedy: 'Look at what changed in the meantime, and do it again if it is still meant.',
    details: { kind, id },
  });
}

export function sensitivityOptionInvalid(name: string, value: unknown, expected: string): CalqueError {
  return new CalqueError({
    code: 'sensitivity-option-invalid',
    message: `the option ${name} of the box sensitivity is ${quoted(value)}`,
    expected,
    remedy: 'Leave it out for the usual value.',
    details: { name, value: quoted(value) },
  });
}

export function calibrationInvalid(name: string, value: unknown): CalqueError {
  return new CalqueError({
    code: 'calibration-invalid',
    message: `the ${name} of the calibration is ${quoted(value)}`,
    expected: 'a finite number above 0',
    remedy: 'Measure a known length in the image, and give it in pixels and in millimetres.',
    details: { name, value: quoted(value) },
  });
}

/** `place`: where in the file, as `$.annotations[3].bbox` or `line 7`. */
export function formatInvalid(format: string, place: string, found: string, expected: string): CalqueError {
  return new CalqueError({
    code: 'format-invalid',
    message: `the file is not valid ${format} at ${place}: found ${found}`,
    expected,
    remedy: 'Correct it there, or write it again with the program that made it.',
    details: { format, place, found },
  });
}

export function labelMapInvalid(found: string): CalqueError {
  return new CalqueError({
    code: 'label-map-invalid',
    message: `${found} cannot be in this label map`,
    expected: 'one value a pixel, integers from 1 to 65,535 for objects, masks of the size of the map',
    remedy: 'Check that map and masks belong to the same image.',
    details: { found },
  });
}

function sizeText({ width, height }: Size): string {
  return `${width} x ${height} pixels`;
}

function boxText({ x1, y1, x2, y2 }: BoxXyxy): string {
  return `${x1},${y1},${x2},${y2}`;
}

/** A value of unknown origin in at most 40 characters, on one line. */
function quoted(value: unknown): string {
  if (typeof value === 'number') return String(value);
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = typeof value;
  }
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
