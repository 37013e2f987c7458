import type { OutputStream } from '../context.ts';
import { printableLines, printableText } from '../printable-text.ts';

/** Work of a known length, told on stderr: a bar on a terminal, now and then a line elsewhere. */
export interface Progress {
  readonly update: (done: number, detail: string) => void;
  /** Prints a line without breaking the bar. */
  readonly line: (text: string) => void;
  /** Runs `write`, which writes whole lines to stdout; where that is the bar's terminal, the bar makes room. */
  readonly aside: (write: () => Promise<void>) => Promise<void>;
  readonly stop: () => void;
}

export interface ProgressOptions {
  readonly stream: OutputStream;
  readonly title: string;
  readonly total: number;
  readonly now: () => Date;
  /** Warnings and faults are still printed. */
  readonly quiet: boolean;
  /** Stdout is a terminal, too: the same one, as far as anybody can see. */
  readonly onOneTerminal: boolean;
}

const asIs: Progress['aside'] = (write) => write();

export async function startProgress(options: ProgressOptions): Promise<Progress> {
  if (options.quiet) return { update: () => {}, line: lineTo(options.stream), aside: asIs, stop: () => {} };
  return options.stream.isTTY === true ? startBar(options) : startLines(options);
}

function lineTo(stream: OutputStream): (text: string) => void {
  return (text) => {
    stream.write(`${printableLines(text)}\n`);
  };
}

async function startBar({ stream, title, total, onOneTerminal }: ProgressOptions): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress');
  const bar = new cliProgress.SingleBar({
    stream,
    format: `${title} {bar} {percentage}%  {detail}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  let drawn = false;
  return {
    update: (done, detail) => {
      const shown = { detail: printableText(detail) };
      if (!drawn) bar.start(total, 0, shown);
      drawn = true;
      bar.update(done, shown);
    },
    // The bar is drawn again below what is printed here.
    line: (text) => {
      stream.write(`${drawn ? WIPE : ''}${printableLines(text)}\n`);
      if (drawn) bar.render();
    },
    aside: async (write) => {
      if (!drawn || !onOneTerminal) return write();
      stream.write(WIPE);
      await write();
      bar.render();
    },
    stop: () => {
      if (drawn) bar.stop();
    },
  };
}

/** To the start of the line, and nothing is left on it. */
const WIPE = '\r\u001B[K';

const LINE_EVERY_MS = 5000;

function startLines({ stream, title, total, now }: ProgressOptions): Progress {
  let lastMs = now().getTime();
  return {
    update: (done, detail) => {
      const nowMs = now().getTime();
      if (nowMs - lastMs < LINE_EVERY_MS) return;
      lastMs = nowMs;
      stream.write(`${title} ${Math.floor((100 * done) / Math.max(total, 1))}%  ${printableText(detail)}\n`);
    },
    line: lineTo(stream),
    aside: asIs,
    stop: () => {},
  };
}
