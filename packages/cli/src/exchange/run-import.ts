import path from 'node:path';
import { isCalqueError } from '@calque/core';
import { defaultModelId } from '@calque/models';
import { type ImportResult, importDataset, openInFiles } from '@calque/server';
import type { ImportFlags } from '../commands/import.ts';
import type { CliContext } from '../context.ts';
import { startProgress } from '../output/progress.ts';
import { printableText } from '../printable-text.ts';
import { withDataset } from './with-dataset.ts';

export interface ImportArguments {
  readonly folder: string;
  readonly path: string;
  readonly flags: ImportFlags;
}

/** Every fault goes to stderr, a line each; what was taken to stdout. */
export async function runImport(
  context: CliContext,
  { folder, path: given, flags }: ImportArguments,
): Promise<void> {
  const { stdout, stderr, signal } = context;
  const files = await openInFiles(path.resolve(context.cwd, given));
  await withDataset(context, folder, async (dataset) => {
    const progress = await startProgress({
      stream: stderr,
      title: 'Importing',
      total: 1,
      now: context.now,
      quiet: flags.quiet === true,
      onOneTerminal: false,
    });
    try {
      const result = await importDataset(dataset, files, {
        format: flags.format,
        partial: flags.partial === true,
        model: flags.model ?? defaultModelId,
        now: context.now,
        onProgress: (done, total) => progress.update(done / total, `${done} of ${total} images`),
        signal,
      });
      for (const fault of result.faults) stderr.write(`calque: ${lineOf(fault)}\n`);
      stdout.write(`${textOf(result)}\n`);
    } catch (error) {
      // The error itself names the first one.
      for (const fault of faultsIn(error).slice(1)) stderr.write(`calque: ${lineOf(fault)}\n`);
      throw error;
    } finally {
      progress.stop();
    }
  });
}

type Fault = ImportResult['faults'][number];

function lineOf({ place, problem, expected }: Fault): string {
  return printableText(`${place}: ${problem}; expected ${expected}`);
}

function faultsIn(error: unknown): readonly Fault[] {
  return isCalqueError(error, 'import-refused') ? (error.details['faults'] as readonly Fault[]) : [];
}

function textOf({ images, objects, known, faults }: ImportResult): string {
  const parts = [`${objects} objects on ${images} images imported`];
  if (known > 0) parts.push(`${known} were there already`);
  if (faults.length > 0) parts.push(`${faults.length} not taken`);
  return parts.join(', ');
}
