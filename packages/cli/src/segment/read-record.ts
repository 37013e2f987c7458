import {
  countsFromString,
  isCalqueError,
  type PredictionRecord,
  parseRecord,
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
  const text = Buffer.from(bytes).toString('utf8');
  const { record, imageFromRecord } = parseText(text, given);
  const [height, width] = record.mask.rle.size;
  return { record, imageFromRecord, mask: countsFromString(record.mask.rle.counts, { width, height }) };
}

function parseText(text: string, given: string): Omit<ReadRecord, 'mask'> {
  try {
    const value: unknown = JSON.parse(text);
    return { record: parseRecord(value), imageFromRecord: textField(value, 'imageFromRecord') };
  } catch (error) {
    if (isCalqueError(error)) throw inFile(given, error);
    throw inFile(given, recordInvalid('$', 'a text: it is not JSON', 'a JSON file that Calque wrote'));
  }
}

function textField(value: unknown, name: string): string | null {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
  return typeof field === 'string' ? field : null;
}
