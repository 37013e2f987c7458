import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import type { PredictionRecord } from '@calque/core';
import { reportNotWritten } from '../errors.ts';
import { replaceFile } from './author-store.ts';
import type { MadeReport } from './make-report.ts';

/** Folders and names that a report at a path has. */
export function baseNameOf(path: string): string {
  return basename(path, extname(path));
}

/**
 * Writes a report and its folders, the report itself last. Of an earlier report only the folders that are named after it are
 * replaced, and of those only files that Calque makes.
 *
 * @param root folder of the images, which the records find from where they lie.
 * @throws `report-not-written`.
 */
export async function writeReport(path: string, root: string, made: MadeReport): Promise<void> {
  const folder = dirname(path);
  try {
    await mkdir(folder, { recursive: true });
    await replaceFolder(
      join(folder, made.recordsFolder),
      recordFiles(folder, root, made),
      /-[0-9a-f]{8}(-\d+)?\.json$/,
    );
    for (const [name, files] of byFolder(made.files)) {
      await replaceFolder(join(folder, name), files, /^figure-\d+[a-z]?\.(svg|png|jpg)$/);
    }
    await replaceFile(path, made.content);
  } catch (error) {
    throw reportNotWritten(path, error);
  }
}

function recordFiles(
  folder: string,
  root: string,
  { records, recordsFolder }: MadeReport,
): Map<string, Uint8Array> {
  const encoder = new TextEncoder();
  const from = join(folder, recordsFolder);
  return new Map(
    [...records].map(([name, record]) => [`${name}.json`, encoder.encode(recordJson(record, from, root))]),
  );
}

function recordJson(record: PredictionRecord, from: string, root: string): string {
  const imageFromRecord = relative(from, join(root, record.image.path)).replaceAll(sep, '/');
  return `${JSON.stringify({ ...record, imageFromRecord }, null, 2)}\n`;
}

function byFolder(files: ReadonlyMap<string, Uint8Array>): Map<string, Map<string, Uint8Array>> {
  const folders = new Map<string, Map<string, Uint8Array>>();
  for (const [path, data] of files) {
    const [name = '', file = ''] = path.split('/', 2);
    const folder = folders.get(name) ?? new Map<string, Uint8Array>();
    folders.set(name, folder.set(file, data));
  }
  return folders;
}

async function replaceFolder(
  folder: string,
  files: ReadonlyMap<string, Uint8Array>,
  own: RegExp,
): Promise<void> {
  if (files.size > 0) await mkdir(folder, { recursive: true });
  for (const [name, data] of files) {
    const path = join(folder, name);
    const there = await readFile(path).catch(() => null);
    if (there === null || !there.equals(data)) await replaceFile(path, data);
  }
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => own.test(name) && !files.has(name));
  await Promise.all(left.map((name) => rm(join(folder, name))));
}
