import path from 'node:path';
import type { MemoryStepTaken } from '@calque/engine';
import { calqueHome } from '@calque/models/node';
import { isLoopback, type RunningServer, startServer } from '@calque/server';
import { engineSettings } from '../arguments/segment-flags.ts';
import type { ServeFlags } from '../commands/serve.ts';
import type { CliContext } from '../context.ts';
import { startPullProgress } from '../output/pull-progress.ts';
import { servedEnvironment } from '../report/study-environment.ts';
import { SOFTWARE } from '../version.ts';
import { type OpenedLog, openLog } from './open-log.ts';
import { prepareSamples } from './prepare-samples.ts';
import { tunnelCommand } from './tunnel-command.ts';

/** Serves until the context's signal is aborted, then ends in order. */
export async function serve(
  context: CliContext,
  folders: readonly string[],
  flags: ServeFlags,
): Promise<void> {
  const log = await openLog(context, flags);
  try {
    await serveWith(log, context, folders, flags);
  } finally {
    await log.close();
  }
}

async function serveWith(
  log: OpenedLog,
  context: CliContext,
  folders: readonly string[],
  flags: ServeFlags,
): Promise<void> {
  const { stderr, signal } = context;
  const isQuiet = flags.quiet === true || log.takesStderr;
  const say = (text: string): void => void (log.takesStderr || stderr.write(`calque: ${text}\n`));
  const progress = await startPullProgress(context, { quiet: isQuiet });
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
    createEngine: (model, { onEvent, fallbacks }) =>
      context.createEngine(model, {
        ...engineSettings({ ...flags, cache: true }),
        // Pages and prompts are not to wait for images that are encoded.
        encoderGivesWay: true,
        onEvent: (event) => {
          onEvent(event);
          if (event.kind === 'memory-step') say(memoryText(event));
        },
        fallbacks,
      }),
    pageFolder: context.pageFolder,
    examine: (engine, asked) =>
      servedEnvironment(context, engine, { at: { host: flags.host, port: flags.port }, signal: asked }),
    version: SOFTWARE.version,
    ...(log.options === null ? {} : { log: log.options }),
    auditDays: flags.auditDays ?? null,
    onPull: progress.onProgress,
    onFault: (error, { method, url }) =>
      say(`${method} ${pathOf(url)} failed: ${textOf(error, flags.debug === true)}`),
  });
  try {
    announce(context, server, { host: flags.host, quiet: isQuiet });
    server.modelReady.catch((error: unknown) => {
      if (!signal.aborted) say(`the model is not ready: ${textOf(error, flags.debug === true)}`);
    });
    await aborted(signal);
  } finally {
    progress.stop();
    await server.close();
  }
}

function memoryText({ step, model }: MemoryStepTaken): string {
  if (step === 'climbed') return 'the model runs at its full size again';
  return step === 'none-left'
    ? `out of memory, and nothing is left to give up (${model})`
    : `out of memory: ${step} (${model}); it goes on with less`;
}

/** Without the query, which can hold the token. */
function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? '';
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
  { host, quiet, publicUrl }: Pick<ServeFlags, 'host' | 'publicUrl'> & { readonly quiet: boolean },
): void {
  stdout.write(`${url}\n`);
  if (quiet) return;
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
