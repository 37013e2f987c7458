import path from 'node:path';
import { calqueHome } from '@calque/models/node';
import { isLoopback, type RunningServer, startServer } from '@calque/server';
import { engineSettings } from '../arguments/segment-flags.ts';
import type { ServeFlags } from '../commands/serve.ts';
import type { CliContext } from '../context.ts';
import { startPullProgress } from '../output/pull-progress.ts';
import { servedEnvironment } from '../report/study-environment.ts';
import { SOFTWARE } from '../version.ts';
import { prepareSamples } from './prepare-samples.ts';
import { tunnelCommand } from './tunnel-command.ts';

/** Serves until the context's signal is aborted, then ends in order. */
export async function serve(
  context: CliContext,
  folders: readonly string[],
  flags: ServeFlags,
): Promise<void> {
  const { stderr, signal } = context;
  const progress = await startPullProgress(context, { quiet: flags.quiet === true });
  const home = calqueHome(context.env);
  const server = await startServer({
    folders: await foldersToServe(context, folders, home),
    home,
    host: flags.host,
    port: flags.port,
    withToken: flags.token,
    ...(flags.lang === undefined ? {} : { language: flags.lang }),
    metricsPort: flags.metricsPort ?? null,
    publicUrl: flags.publicUrl ?? null,
    model: flags.model ?? null,
    store: await context.openStore(),
    createEngine: (model) => context.createEngine(model, engineSettings({ ...flags, cache: true })),
    pageFolder: context.pageFolder,
    examine: (engine, asked) =>
      servedEnvironment(context, engine, { at: { host: flags.host, port: flags.port }, signal: asked }),
    version: SOFTWARE.version,
    onPull: progress.onProgress,
    onFault: (error, { method, url }) => {
      stderr.write(`calque: ${method} ${url} failed: ${textOf(error, flags.debug === true)}\n`);
    },
  });
  try {
    announce(context, server, flags);
    server.modelReady.catch((error: unknown) => {
      if (!signal.aborted)
        stderr.write(`calque: the model is not ready: ${textOf(error, flags.debug === true)}\n`);
    });
    await aborted(signal);
  } finally {
    progress.stop();
    await server.close();
  }
}

async function foldersToServe(
  { cwd, env, assetsFolder }: CliContext,
  folders: readonly string[],
  home: string,
) {
  if (folders.length === 0) return [{ folder: await prepareSamples(assetsFolder, home), sample: true }];
  // npm runs its scripts in the folder of the package, wherever a person called it.
  const base = env['npm_lifecycle_event'] === 'start' ? (env['INIT_CWD'] ?? cwd) : cwd;
  return [...new Set(folders.map((folder) => path.resolve(base, folder)))].map((folder) => ({ folder }));
}

/** The address alone goes to stdout, so that a program can read it. */
function announce(
  { stdout, stderr }: CliContext,
  { url, port, metricsPort }: RunningServer,
  { host, quiet, publicUrl }: ServeFlags,
): void {
  stdout.write(`${url}\n`);
  if (quiet === true) return;
  if (isLoopback(host) && publicUrl === undefined) {
    stderr.write(`From another machine: run  ${tunnelCommand(port)}  there and open the same address.\n`);
  }
  if (metricsPort !== null) stderr.write(`Metrics: http://${host}:${metricsPort}/metrics\n`);
  stderr.write('Ctrl+C ends it.\n');
}

function textOf(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  return debug ? (error.stack ?? error.message) : error.message;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
