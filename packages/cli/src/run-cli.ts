import { isCalqueError } from '@calque/core';
import { CommanderError } from 'commander';
import type { CliContext } from './context.ts';
import {
  EXIT_INTERRUPTED,
  EXIT_OK,
  EXIT_STDOUT_CLOSED,
  EXIT_UNEXPECTED,
  EXIT_USAGE,
  exitCodeOf,
} from './exit-codes.ts';
import { createProgram } from './program.ts';

/** Why the signal of a context was aborted. */
export const STDOUT_CLOSED = Symbol('stdout closed');

/** Runs one command line (without the program's own name) and resolves to its exit code. Never rejects. */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(argv, { from: 'user' });
    return EXIT_OK;
  } catch (error) {
    if (context.signal.aborted) return interrupted(context);
    return report(error, context, argv.includes('--debug'));
  }
}

function interrupted({ signal, stderr }: CliContext): number {
  if (signal.reason === STDOUT_CLOSED) return EXIT_STDOUT_CLOSED;
  stderr.write('calque: interrupted\n');
  return EXIT_INTERRUPTED;
}

/** One line an error; commander has printed its own already. */
function report(error: unknown, { stderr }: CliContext, debug: boolean): number {
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
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
