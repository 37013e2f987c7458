import path from 'node:path';
import { calqueHome } from '@calque/models/node';
import { type Dataset, openDataset } from '@calque/server';
import type { CliContext } from '../context.ts';

/** Opens a folder as the server does, with its list of images up to date, and closes it again. */
export async function withDataset<T>(
  { cwd, env }: CliContext,
  folder: string,
  work: (dataset: Dataset) => Promise<T>,
): Promise<T> {
  const dataset = await openDataset({
    folder: path.resolve(cwd, folder),
    home: calqueHome(env),
    tell: () => undefined,
  });
  try {
    await dataset.indexed();
    return await work(dataset);
  } finally {
    await dataset.close();
  }
}
