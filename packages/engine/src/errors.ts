import { CalqueError, type Size } from '@calque/core';

/** `whose`: the waiting requests that were counted. */
export function engineBusy(waiting: number, whose: 'all' | 'one person' = 'all'): CalqueError {
  const those = whose === 'all' ? 'requests' : 'requests of the same person';
  return new CalqueError({
    code: 'engine-busy',
    message: `the request was refused: ${waiting} ${those} are waiting already`,
    remedy: 'Try again in a moment, or raise the limit of waiting requests',
    details: { waiting },
  });
}

/** `at`: which part of the call, as `request.prompt.points[2]`. */
export function requestInvalid(at: string, found: unknown, expected: string): CalqueError {
  return new CalqueError({
    code: 'engine-request-invalid',
    message: `${at} is ${described(found)}`,
    expected,
    remedy: "Correct the program that made the call: the engine's contract says what it takes",
    details: { at },
  });
}

/** An error about one of many requests, with its index. Reasons of signals are passed on as they are. */
export function ofRequest(error: unknown, index: number): unknown {
  if (!(error instanceof CalqueError)) return error;
  return new CalqueError({
    ...error.toJSON(),
    message: `request ${index + 1}: ${error.message}`,
    remedy: error.remedy ?? 'Correct this request, or leave it out',
    details: { ...error.details, request: index },
    cause: error,
  });
}

export function superseded(): CalqueError {
  return new CalqueError({
    code: 'superseded',
    message: 'a newer request of the same editing session took the place of this one',
    remedy: 'Nothing needs to be done: the newer request is answered',
  });
}

export function engineClosed(): CalqueError {
  return new CalqueError({
    code: 'engine-closed',
    message: 'the engine was closed',
    remedy: 'Make a new engine for further requests',
  });
}

export interface Crash {
  readonly role: string;
  /** Signal or exit code. */
  readonly how: string;
  /** By somebody's SIGKILL: when it was not ours, mostly the system's, out of memory. */
  readonly killed: boolean;
  /** The last words of the process. */
  readonly stderr: string;
}

/** How C++, the runtime, V8, glib and the system say that there was no memory to be had. */
const NO_MEMORY =
  /out of memory|not enough memory|bad_alloc|failed to allocate|cannot allocate memory|allocation failed/i;

export function saysOutOfMemory(text: string): boolean {
  // Two threads that find out at once end the process before either has said what was wrong.
  const speechless = /terminate called recursively/i.test(text) && !/what\(\):/.test(text);
  return speechless || NO_MEMORY.test(text);
}

/** `what` was under way: `encoding`, or `the encoder process`. */
export function engineOutOfMemory(what: string, cause: string): CalqueError {
  return new CalqueError({
    code: 'engine-out-of-memory',
    message: `there was not enough memory for ${what}`,
    expected: 'enough free memory for the model and the image',
    remedy: 'Close other programs, or use the low-memory switch, a smaller model or a smaller image',
    details: { what, cause },
  });
}

export function engineCrashed({ role, how, killed, stderr }: Crash): CalqueError {
  if (saysOutOfMemory(stderr)) return engineOutOfMemory(`the ${role} process, which ended (${how})`, stderr);
  return new CalqueError({
    code: 'engine-crashed',
    message: `the ${role} process ended during the request (${how})`,
    remedy: killed
      ? 'It was probably out of memory: close other programs, or use the low-memory switch or a smaller model'
      : 'It is started again when it is needed: repeat the request, and report it if it happens again',
    details: { role, how, stderr },
  });
}

export function modelLoadFailed(what: string, cause: string): CalqueError {
  if (saysOutOfMemory(cause)) return engineOutOfMemory(`loading ${what}`, cause);
  return new CalqueError({
    code: 'model-load-failed',
    message: `${what} could not be loaded: ${firstLine(cause)}`,
    remedy: 'Run `calque models verify` and `calque doctor`',
    details: { cause },
  });
}

export function providerUnavailable(
  tried: readonly { readonly name: string; readonly reason: string }[],
): CalqueError {
  const reasons = tried.map(({ name, reason }) => `${name}: ${firstLine(reason)}`).join('; ');
  return new CalqueError({
    code: 'provider-unavailable',
    message: `no execution provider could be used (${reasons})`,
    expected: 'at least one of those asked for to run on this machine',
    remedy: 'Ask for `cpu`, or run `calque doctor` to see what each provider needs',
    details: { tried },
  });
}

export function inferenceFailed(what: string, cause: string): CalqueError {
  if (saysOutOfMemory(cause)) return engineOutOfMemory(what, cause);
  return new CalqueError({
    code: 'inference-failed',
    message: `the runtime failed during ${what}: ${firstLine(cause)}`,
    remedy: 'Run `calque doctor`, and report it if it happens again',
    details: { cause },
  });
}

export function embeddingMissing(key: string): CalqueError {
  return new CalqueError({
    code: 'embedding-missing',
    message: 'the embedding of this image is no longer held',
    remedy: 'Encode the image again',
    details: { key },
  });
}

export function tensorsNotUnderstood(found: string): CalqueError {
  return new CalqueError({
    code: 'tensors-not-understood',
    message: `the embedding that was sent cannot be read: found ${found}`,
    expected: 'an embedding of format version 1',
    remedy: 'Load the page again: it may be of another version than the server',
    details: { found },
  });
}

export function imageChanged(path: string): CalqueError {
  return new CalqueError({
    code: 'image-changed',
    message: `${path} changed since it was encoded`,
    expected: 'the file that the embedding was made of',
    remedy: 'Encode the image again',
    details: { path },
  });
}

export function candidateMissing(index: number, count: number): CalqueError {
  return new CalqueError({
    code: 'prompt-candidate-missing',
    message: `there is no candidate ${index + 1}`,
    expected: `1 to ${count} for this model`,
    details: { index, count },
  });
}

export function maskLogitsWrongSize(length: number, expected: Size): CalqueError {
  return new CalqueError({
    code: 'prompt-mask-logits-wrong-size',
    message: `the mask prompt has ${length} logits`,
    expected: `${expected.width} x ${expected.height} of them, as this model returned them`,
    details: { length, expected },
  });
}

const FORMATS = 'a JPEG, PNG, WebP, TIFF or AVIF image';

export function imageMissing(path: string): CalqueError {
  return new CalqueError({
    code: 'image-missing',
    message: `${path} does not exist`,
    expected: 'the path of an image file',
    details: { path },
  });
}

export function imageIsFolder(path: string): CalqueError {
  return new CalqueError({
    code: 'image-is-folder',
    message: `${path} is a folder`,
    expected: 'one image file',
    remedy: 'Name a file in it, or use --prompts for many images',
    details: { path },
  });
}

export function imageUnreadable(path: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'image-unreadable',
    message: `${path} cannot be read (${reason})`,
    expected: 'a regular file that you may read',
    remedy: 'Check its permissions',
    details: { path, reason },
  });
}

export function imageEmpty(path: string): CalqueError {
  return new CalqueError({
    code: 'image-empty',
    message: `${path} has no content (0 bytes)`,
    expected: FORMATS,
    details: { path },
  });
}

export function imageFormatUnsupported(path: string, found: string): CalqueError {
  return new CalqueError({
    code: 'image-format-unsupported',
    message: `${path} is ${found}`,
    expected: FORMATS,
    remedy: 'Convert it first',
    details: { path, found },
  });
}

export function imageCorrupt(path: string, reason: string): CalqueError {
  return new CalqueError({
    code: 'image-corrupt',
    message: `${path} is damaged or cut short (${reason})`,
    expected: 'a complete image file',
    remedy: 'Get the file again from where it came from',
    details: { path, reason },
  });
}

export function imageTooLarge(path: string, found: string, limit: string): CalqueError {
  return new CalqueError({
    code: 'image-too-large',
    message: `${path} is too large (${found})`,
    expected: `at most ${limit}`,
    remedy: 'Scale it down or cut it into parts first',
    details: { path, found, limit },
  });
}

/** Whatever was thrown in a child process, as an error that can cross to its parent. */
export function asCalqueError(error: unknown, call: string): CalqueError {
  if (error instanceof CalqueError) return error;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (saysOutOfMemory(message)) return engineOutOfMemory(`the call ${call}`, message);
  return new CalqueError({
    code: 'internal',
    message: `${call} failed: ${message}`,
    remedy: 'This is a bug in Calque: please report it',
    details: { stack },
  });
}

/** A value of unknown origin in a few words. */
function described(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 39)}…` : value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}

/** The true masks of an image do not lie on it. */
export function truthOfOtherSize(name: string, truth: Size, image: Size): CalqueError {
  return new CalqueError({
    code: 'evaluation-truth-size',
    message: `the true masks of ${JSON.stringify(name)} have ${truth.width} x ${truth.height} pixels, the image has ${image.width} x ${image.height}`,
    expected: 'masks of the size of the image as it is shown, after its EXIF orientation',
    remedy: 'Check that image and labels belong together.',
    details: { name },
  });
}
