import { CalqueError, type Size } from '@calque/core';

export function engineBusy(waiting: number): CalqueError {
  return new CalqueError({
    code: 'engine-busy',
    message: `The request was refused: ${waiting} requests are waiting already`,
    remedy: 'Try again in a moment, or raise the limit of waiting requests',
    details: { waiting },
  });
}

export function superseded(): CalqueError {
  return new CalqueError({
    code: 'superseded',
    message: 'A newer request of the same editing session took the place of this one',
    remedy: 'Nothing needs to be done: the newer request is answered',
  });
}

export function engineClosed(): CalqueError {
  return new CalqueError({
    code: 'engine-closed',
    message: 'The engine was closed',
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

export function engineCrashed({ role, how, killed, stderr }: Crash): CalqueError {
  return new CalqueError({
    code: 'engine-crashed',
    message: `The ${role} process ended during the request (${how})`,
    remedy: killed
      ? 'It was probably out of memory: close other programs, or use the low-memory switch or a smaller model'
      : 'It is started again when it is needed: repeat the request, and report it if it happens again',
    details: { role, how, stderr },
  });
}

export function modelLoadFailed(what: string, cause: string): CalqueError {
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
    message: `No execution provider could be used (${reasons})`,
    expected: 'at least one of those asked for to run on this machine',
    remedy: 'Ask for `cpu`, or run `calque doctor` to see what each provider needs',
    details: { tried },
  });
}

export function inferenceFailed(what: string, cause: string): CalqueError {
  return new CalqueError({
    code: 'inference-failed',
    message: `The runtime failed during ${what}: ${firstLine(cause)}`,
    remedy: 'If it says that memory could not be allocated, use the low-memory switch or a smaller model',
    details: { cause },
  });
}

export function embeddingMissing(key: string): CalqueError {
  return new CalqueError({
    code: 'embedding-missing',
    message: 'The embedding of this image is no longer held',
    remedy: 'Encode the image again',
    details: { key },
  });
}

export function tensorsNotUnderstood(found: string): CalqueError {
  return new CalqueError({
    code: 'tensors-not-understood',
    message: `The embedding that was sent cannot be read: found ${found}`,
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
    message: `There is no candidate ${index + 1}`,
    expected: `1 to ${count} for this model`,
    details: { index, count },
  });
}

export function maskLogitsWrongSize(length: number, expected: Size): CalqueError {
  return new CalqueError({
    code: 'prompt-mask-logits-wrong-size',
    message: `The mask prompt has ${length} logits`,
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
  return new CalqueError({
    code: 'internal',
    message: `${call} failed: ${message}`,
    remedy: 'This is a bug in Calque: please report it',
    details: { stack },
  });
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
