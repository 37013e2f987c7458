import { readFile } from 'node:fs/promises';
import { countsFromString, isCalqueError, type PredictionRecord, parseRecord, type Rle } from '@calque/core';
import { errnoOf, recordInvalid } from '../errors.ts';

export interface ReadRecord {
  readonly record: PredictionRecord;
  readonly mask: Rle;
  /** See {@link CliRecord}. */
  readonly imageFromRecord: string | null;
}

/** Reads and checks a record. Throws `record-…`. `given` is the path as the person wrote it, for messages. */
export async function readRecord(file: string, given: string): Promise<ReadRecord> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw recordInvalid(
      given,
      errnoOf(error) === 'ENOENT' ? 'it does not exist' : 'it cannot be read',
      error,
    );
  });
  const { record, imageFromRecord } = parseText(text, given);
  const [height, width] = record.mask.rle.size;
  return { record, imageFromRecord, mask: countsFromString(record.mask.rle.counts, { width, height }) };
}

function parseText(text: string, given: string): Omit<ReadRecord, 'mask'> {
  try {
    const value: unknown = JSON.parse(text);
    return { record: parseRecord(value), imageFromRecord: textField(value, 'imageFromRecord') };
  } catch (error) {
    if (isCalqueError(error)) throw recordInvalid(given, error.toLine(), error);
    throw recordInvalid(given, 'it is not JSON', error);
  }
}

function textField(value: unknown, name: string): string | null {
  const field: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
  return typeof field === 'string' ? field : null;
}
