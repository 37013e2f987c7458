import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isCalqueError, type MeasuredObject, measuredRecord, recordInvalid } from '@calque/core';
import type { CliContext } from '../context.ts';
import { inFile, reasonOf } from '../errors.ts';
import { readRecord } from '../segment/read-record.ts';

/** The records in a file or directly in a folder, in the order of their names. Other JSON files of a folder are passed over. */
export async function measuresOfRecords(
  source: string,
  { cwd, signal }: Pick<CliContext, 'cwd' | 'signal'>,
): Promise<MeasuredObject[]> {
  const file = path.resolve(cwd, source);
  const stats = await stat(file).catch((error: unknown) => {
    throw inFile(
      source,
      recordInvalid('$', `nothing: ${reasonOf(error)}`, 'a record, or a folder of records'),
    );
  });
  if (!stats.isDirectory()) return [measuredRecord((await readRecord(file, source)).record)];
  const names = (await readdir(file)).filter((name) => name.endsWith('.json')).sort();
  const objects: MeasuredObject[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    const record = await recordOrNull(path.join(file, name), path.join(source, name));
    if (record !== null) objects.push(measuredRecord(record));
  }
  return objects;
}

/** Null for a JSON file that is no record at all; a record that is damaged is an error. */
async function recordOrNull(file: string, shown: string) {
  try {
    return (await readRecord(file, shown)).record;
  } catch (error) {
    if (
      isCalqueError(error, 'record-invalid') &&
      ['$', '$.schemaVersion'].includes(String(error.details['path']))
    ) {
      return null;
    }
    throw error;
  }
}
