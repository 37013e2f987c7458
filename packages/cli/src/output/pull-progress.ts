import type { PullEvent, PullListener } from '@calque/models/node';
import type { CliContext } from '../context.ts';
import { printableText } from '../printable-text.ts';
import { formatBytes, formatDuration } from './format-values.ts';
import { startProgress } from './progress.ts';

export interface PullProgress {
  readonly onProgress: PullListener;
  readonly stop: () => void;
}

const WAITING_EVERY_MS = 5000;

/** Tells a download, or an import, on stderr: licence and origin, source, bytes, rate and time left. */
export async function startPullProgress(
  { stderr, now }: Pick<CliContext, 'stderr' | 'now'>,
  { quiet, title = 'download' }: { readonly quiet: boolean; readonly title?: string },
): Promise<PullProgress> {
  // The bar counts in thousandths: its total must be given before the download's is known.
  const progress = await startProgress({
    stream: stderr,
    title,
    total: 1000,
    now,
    quiet,
    onOneTerminal: false,
  });
  let waitingSaidMs = Number.NEGATIVE_INFINITY;
  return {
    onProgress: (event) => {
      if (event.kind === 'progress') {
        progress.update((1000 * event.bytes) / event.totalBytes, progressText(event));
        return;
      }
      if (event.kind === 'converting') {
        progress.update((1000 * event.bytes) / event.totalBytes, convertingText(event));
        return;
      }
      if (event.kind === 'waiting-for-lock') {
        if (now().getTime() - waitingSaidMs < WAITING_EVERY_MS) return;
        waitingSaidMs = now().getTime();
      }
      const text = eventText(event);
      // A licence is not noise: who takes a model agrees to it.
      const always = event.kind === 'source-failed' || event.kind === 'licence';
      if (text !== null && (!quiet || always)) progress.line(text);
    },
    stop: progress.stop,
  };
}

function progressText(event: Extract<PullEvent, { kind: 'progress' }>): string {
  const rate = event.bytesPerSecond > 0 ? `, ${formatBytes(event.bytesPerSecond)}/s` : '';
  const left = event.remainingMs === undefined ? '' : `, ${formatDuration(event.remainingMs)} left`;
  return `${formatBytes(event.bytes)} of ${formatBytes(event.totalBytes)}${rate}${left}`;
}

function convertingText({ bytes, totalBytes }: Extract<PullEvent, { kind: 'converting' }>): string {
  return `${formatBytes(bytes)} of ${formatBytes(totalBytes)} converted`;
}

function eventText(event: Exclude<PullEvent, { kind: 'progress' | 'converting' }>): string | null {
  switch (event.kind) {
    case 'licence':
      return licenceText(event);
    case 'waiting-for-lock':
      return `waiting for another process that downloads ${event.id}`;
    case 'source-start':
      return `downloading ${event.id} from ${printableText(event.source)}${resumedText(event.resumedBytes)}`;
    case 'source-retry':
      return `${printableText(`${event.source} failed: ${event.reason}`)}; trying again in ${formatDuration(event.delayMs)}`;
    case 'source-failed':
      return printableText(`${event.source} failed: ${event.reason}`);
    case 'verifying':
      return `verifying ${event.file}`;
    case 'deriving':
      return `preparing ${event.file}`;
    case 'done':
      return event.alreadyInstalled ? null : `${event.id} is installed in ${printableText(event.folder)}`;
  }
}

function resumedText(bytes: number): string {
  return bytes === 0 ? '' : ` (${formatBytes(bytes)} are here already)`;
}

function licenceText({ id, licence, totalBytes }: Extract<PullEvent, { kind: 'licence' }>): string {
  const note = licence.note === undefined ? '' : `\n  note: ${licence.note}`;
  return `${id}: ${formatBytes(totalBytes)} to download\n  licence: ${licence.spdx}\n  origin: ${licence.origin}${note}`;
}
