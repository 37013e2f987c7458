import { nodeContext } from './node-context.ts';
import { runCli, STDOUT_CLOSED } from './run-cli.ts';

/** The process around {@link runCli}: signals, a closed stdout, the exit code. */
export async function main(): Promise<void> {
  const controller = new AbortController();
  abortOnSignals(controller);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    controller.abort(STDOUT_CLOSED);
  });
  process.exitCode = await runCli(process.argv.slice(2), nodeContext(controller.signal));
}

/** The first Ctrl+C lets the command clean up, the second one does not wait for it. */
function abortOnSignals(controller: AbortController): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort(new DOMException(`stopped by ${name}`, 'AbortError'));
    });
  }
}
