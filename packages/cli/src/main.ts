import { outputFailed } from './errors.ts';
import { EXIT_SIGNALS, SIGNALS } from './exit-codes.ts';
import { nodeContext } from './node-context.ts';
import { runCli, STDOUT_CLOSED, Stopped } from './run-cli.ts';

/** The process around {@link runCli}: signals, a closed stdout, the exit code. */
export async function main(): Promise<void> {
  const controller = new AbortController();
  abortOnSignals(controller);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    controller.abort(error.code === 'EPIPE' ? STDOUT_CLOSED : outputFailed('standard output', error));
  });
  // Who closes stderr does not want to read it: that is no reason to stop.
  process.stderr.on('error', () => undefined);
  process.exitCode = await runCli(process.argv.slice(2), nodeContext(controller.signal));
}

/** The first Ctrl+C lets the command clean up, the second one does not wait for it. */
function abortOnSignals(controller: AbortController): void {
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT_SIGNALS[name]);
      controller.abort(new Stopped(name));
    });
  }
}
