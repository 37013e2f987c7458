import { outputFailed } from './errors.ts';
import { EXIT_OK, SIGNALS } from './exit-codes.ts';
import { nodeContext } from './node-context.ts';
import { interrupted, runCli, STDOUT_CLOSED, Stopped } from './run-cli.ts';

export interface MainOptions {
  /** Folder of the built page, for the commands that show it. */
  readonly pageFolder?: string | null;
}

/** The process around {@link runCli}: signals, a closed stdout, the exit code. */
export async function main({ pageFolder = null }: MainOptions = {}): Promise<void> {
  const controller = new AbortController();
  abortOnSignals(controller);
  const stdoutFailed = (error: NodeJS.ErrnoException): void => {
    controller.abort(error.code === 'EPIPE' ? STDOUT_CLOSED : outputFailed('standard output', error));
  };
  process.stdout.on('error', stdoutFailed);
  // Who closes stderr does not want to read it: that is no reason to stop.
  process.stderr.on('error', () => undefined);
  const context = nodeContext(controller.signal, pageFolder);
  const code = await runCli(process.argv.slice(2), context);
  await flushed(process.stdout);
  // A command that had nothing left to do has not noticed that its last words were lost. One that was told to end and did so in
  // order, a server for one, has done what it was told.
  const wasLost = controller.signal.aborted && !(controller.signal.reason instanceof Stopped);
  process.exitCode = code === EXIT_OK && wasLost ? interrupted(context) : code;
}

/** Resolves when what was written has been handed over, or has failed. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => setImmediate(resolve));
  });
}

/** As without a handler: an exit would wait for what the system has not answered, such as the opening of a pipe. */
function endAtOnce(name: (typeof SIGNALS)[number]): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}

/** The first Ctrl+C lets the command clean up, the second one does not wait for it. */
function abortOnSignals(controller: AbortController): void {
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (controller.signal.aborted) endAtOnce(name);
      controller.abort(new Stopped(name));
    });
  }
}
