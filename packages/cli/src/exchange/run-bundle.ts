import path from 'node:path';
import { openBundle, writeBundle } from '@calque/server';
import type { BundleFlags } from '../commands/bundle.ts';
import type { CliContext } from '../context.ts';
import { withBytesProgress } from '../output/bytes-progress.ts';
import { SOFTWARE } from '../version.ts';
import { placeStream, requireFree } from './place-output.ts';
import { withDataset } from './with-dataset.ts';

export async function runBundle(context: CliContext, folder: string, flags: BundleFlags): Promise<void> {
  const target = path.resolve(context.cwd, flags.out);
  await requireFree(target);
  await withDataset(context, folder, async (dataset) => {
    await withBytesProgress(context, flags, 'Packing', async (progress, onProgress) => {
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
  await withBytesProgress(context, flags, 'Unpacking', async (_, onProgress) => {
    const { images } = await openBundle(path.resolve(cwd, file), path.resolve(cwd, flags.out), {
      onProgress,
      signal,
    });
    stdout.write(`${flags.out}: ${images} images; open it with: calque serve ${flags.out}\n`);
  });
}
