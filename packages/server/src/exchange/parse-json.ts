import { formatInvalid } from '@calque/core';

/** Throws `format-invalid` with the place that the parser names. */
export function parseJson(bytes: Buffer, path: string, format: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw formatInvalid(format, path, error instanceof Error ? error.message : String(error), 'JSON');
  }
}
