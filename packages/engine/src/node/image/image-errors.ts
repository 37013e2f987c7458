import { CalqueError } from '@calque/core';

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
