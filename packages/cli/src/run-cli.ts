import { isCalqueError } from '@calque/core';
import { CommanderError } from 'commander';
import type { CliContext } from './context.ts';
import {
  EXIT_OK,
  EXIT_SIGNALS,
  EXIT_STDOUT_CLOSED,
  EXIT_UNEXPECTED,
  EXIT_USAGE,
  exitCodeOf,
  type SIGNALS,
} from './exit-codes.ts';
import { printableLines, printableText } from './printable-text.ts';
import { createProgram } from './program.ts';

/** Why the signal of a context was aborted. */
export const STDOUT_CLOSED = Symbol('stdout closed');

export class Stopped extends Error {
  override readonly name = 'AbortError';
  readonly signal: (typeof SIGNALS)[number];

  constructor(signal: (typeof SIGNALS)[number]) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** Runs one command line (without the program's own name) and resolves to its exit code. Never rejects. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(argv, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    const debug = argv.includes('--debug');
    return context.signal.aborted ? interrupted(context, { debug }) : report(error, context, { debug });
  }
}

/** Says why the signal of the context was aborted, in one line; the exit code that goes with it. */
export function interrupted(context: CliContext, options: ReportOptions = { debug: false }): number {
  const reason: unknown = context.signal.reason;
  if (reason === STDOUT_CLOSED) return EXIT_STDOUT_CLOSED;
  if (isCalqueError(reason)) return report(reason, context, options);
  context.stderr.write('calque: interrupted\n');
  return EXIT_SIGNALS[reason instanceof Stopped ? reason.signal : 'SIGINT'];
}

interface ReportOptions {
  readonly debug: boolean;
}

/** One line an error; commander has printed its own already. */
function report(error: unknown, { stderr }: CliContext, { debug }: ReportOptions): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
  if (isCalqueError(error)) {
    stderr.write(`calque: ${oneLine(error.toLine())}\n${debug ? `${stackOf(error)}\n` : ''}`);
    return exitCodeOf(error.code);
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = debug ? `\n${stackOf(error)}` : ' (unexpected; --debug shows where)';
  stderr.write(`calque: ${oneLine(message)}${hint}\n`);
  return EXIT_UNEXPECTED;
}

function oneLine(text: string): string {
  return printableText(text.trim().replaceAll(/\s*\n\s*/g, ' '));
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return printableLines(String(error));
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${printableLines(error.stack ?? error.message)}${cause}`;
}
