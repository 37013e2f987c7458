import type { Problem } from '@calque/api';
import { type CalqueError, isCalqueError } from '@calque/core';
import { unforeseen } from '../errors.ts';
import { storageFault } from '../storage/storage-fault.ts';

/** By code, or by what codes begin with; the longest entry counts. What is not listed is 500. */
const STATUS: Readonly<Record<string, number>> = {
  'access-denied': 401,
  'box-': 400,
  'calibration-': 400,
  'dataset-': 500,
  'dataset-read-only': 409,
  'dataset-unknown': 404,
  'disk-full': 507,
  'document-conflict': 409,
  'embedding-': 409,
  'encode-abandoned': 409,
  'engine-busy': 503,
  'engine-closed': 503,
  'format-': 422,
  'host-not-allowed': 403,
  'image-': 422,
  'image-changed': 409,
  'image-missing': 404,
  'image-outside': 403,
  'image-unknown': 404,
  'import-': 422,
  'label-': 422,
  'login-wrong': 401,
  'logits-gone': 404,
  'mask-': 400,
  'mask-unknown': 404,
  'model-id-unknown': 404,
  'model-not-installed': 409,
  'origin-not-allowed': 403,
  'page-cursor-invalid': 400,
  'path-unknown': 404,
  'point-': 400,
  'postprocess-': 400,
  'prompt-': 400,
  'report-not-ready': 409,
  'report-unknown': 404,
  'request-': 400,
  'request-too-large': 413,
  'request-not-from-page': 403,
  'rle-': 400,
  'role-not-allowed': 403,
  'sensitivity-': 400,
  'server-busy': 503,
  'server-closing': 503,
  'storage-unavailable': 503,
  superseded: 409,
  'time-exceeded': 504,
  'too-many-requests': 429,
  'upload-refused': 400,
};

export function statusOf(code: string): number {
  const entry = Object.keys(STATUS)
    .filter((key) => key === code || (key.endsWith('-') && code.startsWith(key)))
    .sort((a, b) => b.length - a.length)[0];
  return entry === undefined ? 500 : (STATUS[entry] ?? 500);
}

/** RFC 9457. What nobody foresaw is told without its message, which can hold anything. */
export function problemOf(error: unknown): Problem {
  const known = isCalqueError(error) ? error : (storageFault(error) ?? unforeseen(error));
  return {
    type: `https://github.com/calque/calque/blob/main/docs/errors.md#${known.code}`,
    title: titleOf(known),
    status: statusOf(known.code),
    detail: known.message,
    code: known.code,
    ...(known.expected === undefined ? {} : { expected: known.expected }),
    ...(known.remedy === undefined ? {} : { remedy: known.remedy }),
    details: publicDetails(known),
  };
}

function titleOf({ code }: CalqueError): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a process printed, and where it was in the code, is for the log. */
function publicDetails({ details }: CalqueError): Record<string, unknown> {
  const { stack: _stack, stderr: _stderr, cause: _cause, ...rest } = details;
  return rest;
}
