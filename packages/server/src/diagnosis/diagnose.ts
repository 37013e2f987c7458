import { stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Diagnosis } from '@calque/api';
import { problemOfDatabase } from '../backup/problem-of-database.ts';
import type { Dataset } from '../datasets/dataset.ts';

/** Nothing else is answered while a database is read, so a large one is not. */
const MOST_CHECKED_BYTES = 256 * 1024 ** 2;

export interface DiagnoseParts {
  readonly datasets: readonly Dataset[];
  readonly home: string;
  readonly version: string;
  readonly now: () => Date;
}

/** How things stand where the server keeps what it keeps. */
export async function diagnose({ datasets, home, version, now }: DiagnoseParts): Promise<Diagnosis> {
  return {
    version,
    at: now().toISOString(),
    home: { folder: home, freeBytes: await freeBytes(home) },
    datasets: await Promise.all(datasets.map(diagnoseDataset)),
  };
}

async function diagnoseDataset({
  id,
  name,
  root,
  stateFolder,
  writable,
}: Dataset): Promise<Diagnosis['datasets'][number]> {
  const path = join(stateFolder, 'calque.sqlite');
  const found = await stat(path).catch(() => null);
  const checked = found !== null && found.size <= MOST_CHECKED_BYTES;
  const missing = found === null ? 'its file is gone' : null;
  return {
    id,
    name,
    folder: root,
    writable,
    sizeBytes: found?.size ?? 0,
    checked,
    problem: checked ? problemOfDatabase(path) : missing,
    freeBytes: await freeBytes(stateFolder),
  };
}

/** Of the disk of a folder, or of the nearest one above it that is there; null where the system does not say. */
async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    const above = dirname(folder);
    return above === folder ? null : freeBytes(above);
  }
}
