import {
  MAX_MASK_PX,
  type MaskPrompt,
  type Prompt,
  validatePostprocessOptions,
  validatePrompt,
} from '@calque/core';
import type {
  CallOptions,
  DecodeManyOptions,
  DecodeOptions,
  DecodeRequest,
  EncodedImage,
  EncodeOptions,
  ImageSource,
} from '../contract.ts';
import { requestInvalid } from '../errors.ts';

/** What a caller may get wrong whom no compiler has checked: JavaScript, or data that came over a network. */
type Unchecked = Readonly<Record<string, unknown>>;

/** Throws `engine-request-invalid`. Nothing but what the contract names is passed on: it may have to cross to a process. */
export function checkedSource(source: unknown): ImageSource {
  const { kind, path, bytes, name } = objectAt('source', source);
  if (kind === 'file') {
    const isPath = typeof path === 'string' && path !== '' && !path.includes('\0');
    if (!isPath) throw requestInvalid('source.path', path, 'the path of a file');
    return { kind, path };
  }
  if (kind !== 'bytes') throw requestInvalid('source.kind', kind, '"file" or "bytes"');
  if (!(bytes instanceof Uint8Array)) throw requestInvalid('source.bytes', bytes, 'a Uint8Array');
  if (typeof name !== 'string') throw requestInvalid('source.name', name, 'a string');
  return { kind, bytes, name };
}

/** Throws `engine-request-invalid`. */
export function checkOptions(
  options: CallOptions & Pick<EncodeOptions, 'onStage'> & DecodeOptions & DecodeManyOptions,
): void {
  const { signal, lane, session, requestId, person, onStage, onPrediction } = objectAt('options', options);
  if (signal !== undefined && !isSignal(signal))
    throw requestInvalid('options.signal', signal, 'an AbortSignal');
  if (lane !== undefined && lane !== 'interactive' && lane !== 'batch')
    throw requestInvalid('options.lane', lane, '"interactive" or "batch"');
  if (session !== undefined && typeof session !== 'string')
    throw requestInvalid('options.session', session, 'a string');
  for (const [name, value] of Object.entries({ requestId, person })) {
    if (value !== undefined && !(typeof value === 'string' && value.length > 0 && value.length <= 100))
      throw requestInvalid(`options.${name}`, value, 'a text of 1 to 100 characters');
  }
  for (const [name, callback] of Object.entries({ onStage, onPrediction })) {
    if (callback !== undefined && typeof callback !== 'function')
      throw requestInvalid(`options.${name}`, callback, 'a function');
  }
}

function isSignal(value: unknown): boolean {
  // Not `instanceof`: a signal may come from another realm.
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener } = value as Unchecked;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}

/** Throws `engine-request-invalid` unless it is what `encode` returned, as far as can be seen. */
export function checkImage(given: EncodedImage): void {
  const { key, image } = objectAt('image', given);
  // Also the name of a file of the cache: no path may be hidden in it.
  if (typeof key !== 'string' || !/^[\w-]{1,200}$/.test(key))
    throw requestInvalid('image.key', key, 'the key that encode returned');
  const { path, width, height } = objectAt('image.image', image);
  if (typeof path !== 'string') throw requestInvalid('image.image.path', path, 'a string');
  const side = checkedSide('image.image.width', width, MAX_MASK_PX);
  checkedSide('image.image.height', height, Math.floor(MAX_MASK_PX / side));
}

function checkedSide(at: string, value: unknown, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max)
    throw requestInvalid(at, value, `an integer from 1 to ${max}`);
  return value;
}

/** Throws `engine-request-invalid`, or what {@link validatePrompt} and {@link validatePostprocessOptions} throw. */
export function checkedRequest(request: unknown, { image }: EncodedImage): DecodeRequest {
  const { prompt, choose, postprocess, allMasks, logits } = objectAt('request', request);
  if (choose !== undefined && choose !== 'best' && typeof choose !== 'number')
    throw requestInvalid('request.choose', choose, '"best" or the index of a candidate');
  return {
    prompt: validatePrompt(checkedPrompt(prompt), image),
    ...(choose === undefined ? {} : { choose }),
    ...(postprocess === undefined
      ? {}
      : { postprocess: validatePostprocessOptions(objectAt('request.postprocess', postprocess)) }),
    ...checkedFlag('allMasks', allMasks),
    ...checkedFlag('logits', logits),
  };
}

function checkedFlag(name: 'allMasks' | 'logits', value: unknown): Pick<DecodeRequest, typeof name> {
  if (value === undefined) return {};
  if (typeof value !== 'boolean') throw requestInvalid(`request.${name}`, value, 'true or false');
  return { [name]: value };
}

/** The shape alone; {@link validatePrompt} judges the numbers and labels. */
function checkedPrompt(given: unknown): Prompt {
  const { box, points, mask } = objectAt('request.prompt', given);
  if (box !== null) objectAt('request.prompt.box', box, 'a box or null');
  if (!Array.isArray(points)) throw requestInvalid('request.prompt.points', points, 'an array of points');
  for (const [i, point] of points.entries())
    objectAt(`request.prompt.points[${i}]`, point, '{ x, y, label }');
  return {
    box: box as Prompt['box'],
    points: points as Prompt['points'],
    mask: mask === null ? null : checkedMask(mask),
  };
}

function checkedMask(given: unknown): MaskPrompt {
  const at = 'request.prompt.mask';
  const { kind, bitmap, logits } = objectAt(at, given, 'a mask prompt or null');
  if (kind === 'logits') {
    if (!(logits instanceof Float32Array)) throw requestInvalid(`${at}.logits`, logits, 'a Float32Array');
    const wrong = logits.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw requestInvalid(`${at}.logits[${wrong}]`, logits[wrong], 'a finite number');
    return { kind, logits };
  }
  if (kind !== 'bitmap') throw requestInvalid(`${at}.kind`, kind, '"bitmap" or "logits"');
  const { width, height, data } = objectAt(`${at}.bitmap`, bitmap);
  if (!(data instanceof Uint8Array)) throw requestInvalid(`${at}.bitmap.data`, data, 'a Uint8Array');
  const wrong = data.findIndex((value) => value > 1);
  if (wrong >= 0) throw requestInvalid(`${at}.bitmap.data[${wrong}]`, data[wrong], '0 or 1');
  // Of the image's size or refused by `validatePrompt`, whatever these are.
  return { kind, bitmap: { width: Number(width), height: Number(height), data } };
}

function objectAt(at: string, value: unknown, expected = 'an object'): Unchecked {
  if (typeof value !== 'object' || value === null) throw requestInvalid(at, value, expected);
  return value as Unchecked;
}
