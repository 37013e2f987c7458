import path from 'node:path';
import { exportDataset, SINGLE_FILE_FORMATS, zipOf } from '@calque/server';
import type { ExportFlags } from '../commands/export.ts';
import type { CliContext } from '../context.ts';
import { startProgress } from '../output/progress.ts';
import { SOFTWARE } from '../version.ts';
import { placeFile, placeFolder, placeStream, requireFree } from './place-output.ts';
import { withDataset } from './with-dataset.ts';

/** Writes the export whole or not at all, and says on stdout what is in it. */
export async function runExport(context: CliContext, folder: string, flags: ExportFlags): Promise<void> {
  const { stdout, stderr, signal } = context;
  const target = path.resolve(context.cwd, flags.out);
  await requireFree(target);
  await withDataset(context, folder, async (dataset) => {
    const progress = await startProgress({
      stream: stderr,
      title: 'Collecting',
      total: 1,
      now: context.now,
      quiet: flags.quiet === true,
      onOneTerminal: false,
    });
    try {
      const made = await exportDataset(dataset, {
        format: flags.format,
        scope: flags.scope,
        segmentation: flags.segmentation,
        version: SOFTWARE.version,
        onProgress: (done, total) => progress.update(done / total, `${done} of ${total} images`),
        signal,
      });
      if (target.toLowerCase().endsWith('.zip')) await placeStream(target, zipOf(made.files), signal);
      else if (SINGLE_FILE_FORMATS.has(flags.format)) await placeFile(target, made.files);
      else await placeFolder(target, made.files);
      for (const note of made.notes) progress.line(`calque: ${note}`);
      const objects = made.collected.images.reduce((sum, image) => sum + image.objects.length, 0);
      stdout.write(
        `${flags.out}: ${counted(objects, 'object')} of ${counted(made.collected.images.length, 'image')}\n`,
      );
    } finally {
      progress.stop();
    }
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
