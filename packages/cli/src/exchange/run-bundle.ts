import path from 'node:path';
import { openBundle, writeBundle } from '@calque/server';
import type { BundleFlags } from '../commands/bundle.ts';
import type { CliContext } from '../context.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { SOFTWARE } from '../version.ts';
import { placeStream, requireFree } from './place-output.ts';
import { withDataset } from './with-dataset.ts';

export async function runBundle(context: CliContext, folder: string, flags: BundleFlags): Promise<void> {
  const target = path.resolve(context.cwd, flags.out);
  await requireFree(target);
  await withDataset(context, folder, async (dataset) => {
    await withProgress(context, flags, 'Packing', async (progress, onProgress) => {
      const { now, signal } = context;
      const bundle = await writeBundle(dataset, { version: SOFTWARE.version, now, onProgress, signal });
      await placeStream(target, bundle.stream, signal);
      for (const missing of bundle.missing)
        progress.line(`calque: ${missing} is not in the bundle: its file cannot be read`);
      context.stdout.write(`${flags.out}\n`);
    });
  });
}

export async function runUnbundle(context: CliContext, file: string, flags: BundleFlags): Promise<void> {
  const { cwd, signal, stdout } = context;
  await withProgress(context, flags, 'Unpacking', async (_, onProgress) => {
    const { images } = await openBundle(path.resolve(cwd, file), path.resolve(cwd, flags.out), {
      onProgress,
      signal,
    });
    stdout.write(`${flags.out}: ${images} images; open it with: calque serve ${flags.out}\n`);
  });
}

async function withProgress(
  { stderr, now }: CliContext,
  { quiet = false }: BundleFlags,
  title: string,
  work: (progress: Progress, onProgress: (done: number, total: number) => void) => Promise<void>,
): Promise<void> {
  const progress = await startProgress({ stream: stderr, title, total: 1, now, quiet, onOneTerminal: false });
  try {
    await work(progress, (done, total) =>
      progress.update(total === 0 ? 1 : done / total, megabytes(done, total)),
    );
  } finally {
    progress.stop();
  }
}

function megabytes(done: number, total: number): string {
  return `${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
}
