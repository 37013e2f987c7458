import { access, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type Calibration,
  isCalqueError,
  type MeasuredObject,
  measuredRecord,
  recordInvalid,
} from '@calque/core';
import { calqueHome } from '@calque/models/node';
import type { CliContext } from '../context.ts';
import { inFile, reasonOf } from '../errors.ts';
import { startProgress } from '../output/progress.ts';
import { readRecord } from '../segment/read-record.ts';

export interface GatheredMeasures {
  readonly objects: readonly MeasuredObject[];
  /** Of the dataset; null where there is none. */
  readonly calibration: Calibration | null;
}

/** What is recorded in a record, a folder of records, or a folder that was worked on in the workbench. */
export async function gatherMeasures(
  source: string,
  context: CliContext,
  quiet: boolean,
): Promise<GatheredMeasures> {
  const folder = path.resolve(context.cwd, source);
  const isDataset = await access(path.join(folder, '.calque', 'calque.sqlite')).then(
    () => true,
    () => false,
  );
  if (!isDataset) return { objects: await measuresOfRecords(source, context), calibration: null };
  return measuresOfFolder(folder, context, quiet);
}

async function measuresOfFolder(
  folder: string,
  context: CliContext,
  quiet: boolean,
): Promise<GatheredMeasures> {
  const { stderr, stdout, now, signal, env } = context;
  const { measureFolder } = await import('@calque/server');
  const onOneTerminal = stdout.isTTY === true;
  // In hundredths: how many images there are is known when the first one has been read.
  const progress = await startProgress({
    stream: stderr,
    title: 'measure',
    total: 100,
    now,
    quiet,
    onOneTerminal,
  });
  try {
    return await measureFolder({
      folder,
      home: calqueHome(env),
      signal,
      onProgress: (done, total) => progress.update((100 * done) / total, `${done} of ${total} images`),
    });
  } finally {
    progress.stop();
  }
}

/** The records in a file or directly in a folder, in the order of their names. Other JSON files of a folder are passed over. */
async function measuresOfRecords(
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
