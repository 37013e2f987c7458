import type { CliContext } from '../context.ts';
import { type Progress, startProgress } from './progress.ts';

/** Shows how many bytes of all are done for as long as `work` takes. */
export async function withBytesProgress<T>(
  { stderr, now }: CliContext,
  { quiet = false }: { readonly quiet?: boolean },
  title: string,
  work: (progress: Progress, onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const progress = await startProgress({ stream: stderr, title, total: 1, now, quiet, onOneTerminal: false });
  try {
    return await work(progress, (done, total) =>
      progress.update(total === 0 ? 1 : done / total, megabytes(done, total)),
    );
  } finally {
    progress.stop();
  }
}

function megabytes(done: number, total: number): string {
  return `${(done / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
}
