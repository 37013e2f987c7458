import {
  isCalqueError,
  type PredictionRecord,
  parseRecordWithMask,
  type Rle,
  recordInvalid,
} from '@calque/core';
import { inFile, reasonOf } from '../errors.ts';
import { readRegularFile } from './read-regular-file.ts';

export interface ReadRecord {
  readonly record: PredictionRecord;
  readonly mask: Rle;
  /** See {@link CliRecord}. */
  readonly imageFromRecord: string | null;
}

/** Reads and checks a record. Throws `record-…`. `given` is the path as the person wrote it, for messages. */
export async function readRecord(file: string, given: string): Promise<ReadRecord> {
  const bytes = await readRegularFile(file).catch((error: unknown) => {
    throw inFile(given, recordInvalid('$', `nothing: ${reasonOf(error)}`, 'a JSON file that Calque wrote'));
  });
  return parseText(Buffer.from(bytes).toString('utf8'), given);
}

function parseText(text: string, given: string): ReadRecord {
  try {
    const value: unknown = JSON.parse(text);
    return { ...parseRecordWithMask(value), imageFromRecord: textField(value, 'imageFromRecord') };
  } catch (error) {
    if (isCalqueError(error)) throw inFile(given, error);
    throw inFile(given, recordInvalid('$', 'a text: it is not JSON', 'a JSON file that Calque wrote'));
  }
}

function textField(value: unknown, name: string): string | null {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
  return typeof field === 'string' ? field : null;
}
