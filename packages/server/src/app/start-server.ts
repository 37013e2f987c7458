import { createServer } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '@calque/engine';
import { createModelStore, type PullListener } from '@calque/models/node';
import type { StudyEnvironment } from '@calque/report';
import fastify, { type FastifyInstance } from 'fastify';
import { Accounts } from '../accounts/accounts.ts';
import { LoginAttempts } from '../accounts/login-attempts.ts';
import { DatasetList } from '../datasets/dataset-list.ts';
import { openDataset } from '../datasets/open-dataset.ts';
import { EmbeddingKeeper } from '../embeddings/embedding-keeper.ts';
import { hostNeedsToken, portTaken, serverNotListening } from '../errors.ts';
import { EventHub } from '../events/event-hub.ts';
import { secureSharp } from '../images/picture-settings.ts';
import { PictureStore } from '../images/picture-store.ts';
import { keepAudit, type Retention } from '../logging/keep-audit.ts';
import { logObserver } from '../logging/log-observer.ts';
import {
  noLog,
  openServerLog,
  SecretKeeper,
  type ServerLog,
  type ServerLogOptions,
} from '../logging/server-log.ts';
import { type CreateEngine, ModelKeeper, type ServedModels } from '../models/model-keeper.ts';
import { openMonitoring } from '../observability/monitoring.ts';
import { type Observer, QUIET_OBSERVER } from '../observability/observer.ts';
import { Predictor } from '../predictions/predictor.ts';
import { ReportMaker, type ReportMakerParts } from '../reports/report-maker.ts';
import { registerMetrics } from '../routes/monitoring.ts';
import { registerProbes } from '../routes/probes.ts';
import { cookieValueOf, loadAccessToken } from '../security/access-token.ts';
import { SensitivityMeter } from '../sensitivity/sensitivity-meter.ts';
import { SettingsFile } from '../settings/settings-file.ts';
import { traceObserver } from '../tracing/trace-observer.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { type AppOptions, createApp } from './create-app.ts';
import { Lifecycle } from './lifecycle.ts';
import { DEFAULT_LIMITS, type ServerParts } from './server-parts.ts';
import { siteOf } from './site.ts';

export interface ServedFolder {
  readonly folder: string;
  readonly sample?: boolean;
}

export interface ServerOptions extends AppOptions {
  readonly folders: readonly ServedFolder[];
  /** Folder of everything that Calque keeps: token, settings, state of folders that cannot be written. */
  readonly home: string;
  readonly host: string;
  readonly port: number;
  /** False: no token is asked for; refused where others can reach the host. */
  readonly withToken: boolean;
  /** Language of the page; absent: the one that was set before, or English. */
  readonly language?: 'en' | 'fr';
  readonly model: string | null;
  readonly store?: ServedModels;
  readonly createEngine: CreateEngine;
  /** Folder of the built page; null serves the interface alone. */
  readonly pageFolder: string | null;
  readonly version: string;
  /** Lines in JSON about what the server does; absent: none. */
  readonly log?: ServerLogOptions;
  /** How long requests under way may take when the server is told to end. Default 10 s. */
  readonly graceMs?: number;
  /** Lines of the audit logs that are older are deleted; null keeps all. */
  readonly auditDays?: number | null;
  readonly onPull?: PullListener;
  /** Looks at the machine for a report, and runs the self-test on the default model's engine; null: it is not ready. */
  readonly examine?: (engine: Engine | null, signal: AbortSignal) => Promise<StudyEnvironment>;
  /** The address at which people reach the server, where that is not where it listens: that of a proxy. */
  readonly publicUrl?: URL | null;
  /** Another port, on which `GET /metrics` alone is answered, to anybody; null: none. */
  readonly metricsPort?: number | null;
}

export interface RunningServer {
  /** To be opened in a browser; the token is in it. */
  readonly url: string;
  readonly port: number;
  /** Where scrapers are answered; null without such a port. */
  readonly metricsPort: number | null;
  /** Answers what is being asked, puts everything on disk and frees it. */
  close(): Promise<void>;
  /** Resolves when the default model can be asked; rejects with why not. The server works without. */
  readonly modelReady: Promise<void>;
}

const GRACE_MS = 10_000;
/** How long those that are told to come back later have to be told. */
const FAREWELL_MS = 500;

/**
 * Opens the folders, and listens. Rejects with `host-needs-token`, `port-taken` (which names a free one), `host-unusable`, a
 * `dataset-…` error or `model-id-unknown`.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  await requireToken(options);
  await requireFree(options);
  secureSharp();
  const parts = await openParts(options);
  let app: FastifyInstance | undefined;
  try {
    app = await createApp(parts, options);
    await listenAt(app, options);
    const scraped = await listenForScrapers(parts, options);
    const retention = keepAudit(parts, options.auditDays ?? null);
    return running(app, parts, { ...options, scraped, retention });
  } catch (error) {
    await app?.close();
    await closeParts(parts);
    throw error;
  }
}

/** Behind a proxy, others reach a host that only this machine could. */
async function requireToken({ withToken, host, home, publicUrl = null }: ServerOptions): Promise<void> {
  if (withToken) return;
  // A file without anybody in it keeps nobody out.
  const accounts = await openAccounts(home);
  accounts?.close();
  if (accounts !== null) return;
  if (!isLoopback(host)) throw hostNeedsToken(host);
  if (publicUrl !== null && !isLoopback(publicUrl.hostname)) throw hostNeedsToken(publicUrl.hostname);
}

async function listenAt(app: FastifyInstance, { host, port }: Pick<ServerOptions, 'host' | 'port'>) {
  await app.listen({ host, port }).catch(async (error: unknown) => {
    throw await listenError(error, { host, port });
  });
}

async function listenForScrapers(
  parts: ServerParts,
  { host, metricsPort }: ServerOptions,
): Promise<FastifyInstance | null> {
  if (metricsPort === undefined || metricsPort === null) return null;
  const app = fastify({ forceCloseConnections: true });
  registerMetrics(app, parts.monitoring);
  registerProbes(app, parts);
  await listenAt(app, { host, port: metricsPort });
  return app;
}

async function openParts(options: ServerOptions): Promise<ServerParts> {
  const { home, store = createModelStore({ home }), createEngine, model, onPull } = options;
  const token = options.withToken ? await loadAccessToken(home) : null;
  const log = openLog(options, token);
  const tracing = await openTracingIfWanted(options.version);
  const events = new EventHub(options.version);
  const tell: EventHub['tell'] = (event) => events.tell(event);
  // An engine is made when it is asked for, after all of this.
  let observed: Observer = QUIET_OBSERVER;
  const models = await ModelKeeper.open({
    store,
    createEngine,
    defaultModel: model,
    onEngineEvent: (id, event) => observed.engine(id, event),
    tell,
    ...(onPull === undefined ? {} : { onPull }),
  });
  const datasets = await openDatasets(options, tell);
  const accounts = await openAccounts(home);
  const monitoring = await openMonitoring({
    home,
    models,
    others: [logObserver(log), ...(tracing === null ? [] : [traceObserver])],
  });
  const { observer } = monitoring;
  observed = observer;
  const embeddings = new EmbeddingKeeper({ models, tell, observer });
  const settings = await SettingsFile.open(home);
  const site = siteOf(options.publicUrl ?? null);
  if (options.language !== undefined) await settings.change({ language: options.language });
  return {
    datasets,
    models,
    embeddings,
    predictor: new Predictor(embeddings, observer),
    sensitivity: new SensitivityMeter({ embeddings, tell }),
    reports: new ReportMaker({
      tell,
      software: { name: 'calque', version: options.version },
      examine: examination(models, options),
    }),
    pictures: new PictureStore(),
    events,
    settings,
    monitoring,
    log,
    tracing,
    attempts: new LoginAttempts(DEFAULT_LIMITS.loginsPerMinute),
    guard: {
      accounts,
      token,
      hosts: [...hostNames(options.host), ...(site.host === null ? [] : [site.host])],
      cookieName: `calque-${options.port}`,
      language: settings.read().language ?? null,
      site,
    },
    pageFolder: options.pageFolder,
    version: options.version,
    lifecycle: new Lifecycle(),
    home,
    limits: DEFAULT_LIMITS,
  };
}

function openLog({ log }: ServerOptions, token: string | null): ServerLog {
  if (log === undefined) return noLog();
  const secrets = new SecretKeeper();
  if (token !== null) {
    secrets.hide(token);
    secrets.hide(cookieValueOf(token));
  }
  return openServerLog(log, secrets);
}

const TRACE_ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

/** The libraries are loaded where somebody collects traces, and nowhere else. */
async function openTracingIfWanted(version: string): Promise<Tracing | null> {
  if (!TRACE_ENDPOINTS.some((name) => (process.env[name] ?? '') !== '')) return null;
  const { openTracing } = await import('../tracing/open-tracing.ts');
  return openTracing(version);
}

/** Null where nobody was added yet. */
async function openAccounts(home: string): Promise<Accounts | null> {
  if (!Accounts.exist(home)) return null;
  const accounts = await Accounts.open(home);
  if (accounts.list().length > 0) return accounts;
  accounts.close();
  return null;
}

/** The engine of the default model is asked only where it is ready: a report does not wait for a download. */
function examination(models: ModelKeeper, { examine }: ServerOptions): ReportMakerParts['examine'] {
  if (examine === undefined) return null;
  return async (signal) => {
    const id = models.defaultModel;
    const engine = (await models.isReady(id)) ? await models.engine(id, signal) : null;
    return examine(engine, signal);
  };
}

async function openDatasets({ folders, home }: ServerOptions, tell: EventHub['tell']): Promise<DatasetList> {
  const opened = await Promise.allSettled(
    folders.map(({ folder, sample = false }) => openDataset({ folder, home, sample, tell })),
  );
  const datasets = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = opened.find((result) => result.status === 'rejected');
  if (failed === undefined) return new DatasetList(datasets);
  await new DatasetList(datasets).close();
  throw failed.reason;
}

function running(
  app: FastifyInstance,
  parts: ServerParts,
  {
    host,
    port,
    publicUrl = null,
    scraped,
    retention,
    graceMs = GRACE_MS,
  }: ServerOptions & { readonly scraped: FastifyInstance | null; readonly retention: Retention },
): RunningServer {
  const modelReady = parts.models.prepareDefault((signal) => untilAtRest(app.server, signal));
  parts.log.info(
    { event: 'listening', host, port: boundPort(app) ?? port, version: parts.version },
    'listening',
  );
  modelReady.then(
    () => parts.log.info({ event: 'model-ready', model: parts.models.defaultModel }, 'the model is ready'),
    (error: unknown) => {
      if (parts.lifecycle.isClosing) return;
      parts.log.error({ event: 'model-failed', err: error }, 'the model is not ready');
    },
  );
  // Who does not look at it can see it in the page.
  modelReady.catch(() => undefined);
  const bound = boundPort(app) ?? port;
  const { token, accounts, site } = parts.guard;
  const query = token === null || accounts !== null ? '' : `?token=${token}`;
  const origin = publicUrl === null ? `http://${shownHost(host)}:${bound}` : publicUrl.origin;
  let closing: Promise<void> | undefined;
  return {
    url: `${origin}${site.basePath}/${query}`,
    port: bound,
    metricsPort: scraped === null ? null : boundPort(scraped),
    modelReady,
    close: () => {
      retention.stop();
      closing ??= Promise.all([scraped?.close(), closeAll(app, parts, graceMs)]).then(() => undefined);
      return closing;
    },
  };
}

/** A page that is being loaded asks on and on. */
const REST_MS = 700;
const LONGEST_UNREST_MS = 5000;

/** Until nothing was asked for a moment: who opens the page at once should see it before the model takes the processor. */
async function untilAtRest(server: FastifyInstance['server'], signal: AbortSignal): Promise<void> {
  const started = performance.now();
  let last = started;
  const note = (): void => {
    last = performance.now();
  };
  server.on('request', note);
  const isRestless = (): boolean =>
    !signal.aborted && performance.now() < Math.min(last + REST_MS, started + LONGEST_UNREST_MS);
  while (isRestless()) await sleep(50);
  server.off('request', note);
}

/**
 * New requests are refused at once; those under way are answered. What is not done after a while, an encode for one, is told
 * that there will be no answer, and what cannot even be told is cut.
 */
async function closeAll(app: FastifyInstance, parts: ServerParts, graceMs: number): Promise<void> {
  parts.lifecycle.beginToClose();
  parts.log.info({ event: 'closing' }, 'ending: what is under way is finished');
  const farewell = setTimeout(() => {
    parts.log.warn({ event: 'closing-late' }, 'ending: what is still under way is sent back');
    parts.embeddings.close();
    // Everything that waits for an engine is rejected; what that comes to shows when everything is closed.
    parts.models.close().catch(() => undefined);
  }, graceMs);
  // A connection whose answer has been sent would be kept open for the next request.
  const idle = setInterval(() => app.server.closeIdleConnections(), 100);
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs + FAREWELL_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(farewell);
    clearTimeout(cut);
    clearInterval(idle);
    await closeParts(parts);
  }
}

async function closeParts({
  embeddings,
  models,
  pictures,
  datasets,
  monitoring,
  reports,
  log,
  tracing,
  guard,
}: ServerParts): Promise<void> {
  embeddings.close();
  await reports.close();
  await Promise.all([models.close(), pictures.close()]);
  await datasets.close();
  await monitoring.close();
  guard.accounts?.close();
  await tracing?.close();
  log.info({ event: 'closed' }, 'everything is on disk');
}

function boundPort(app: FastifyInstance): number | null {
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : null;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
}

/** Names that requests may come under. */
function hostNames(host: string): string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  if (isLoopback(host)) return [...names, shownHost(host)];
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address, family }) => (family === 'IPv6' ? `[${address.split('%', 1)[0]}]` : address));
  return [...names, ...own, hostname(), shownHost(host)].map((name) => name.toLowerCase());
}

/** Before folders are opened: another server may have them open, and the port says so better. */
async function requireFree(options: ServerOptions): Promise<void> {
  if (options.port === 0) return;
  const error = await tryPort(options.host, options.port);
  if (error !== null) throw await listenError(error, options);
}

async function listenError(
  error: unknown,
  { host, port }: Pick<ServerOptions, 'host' | 'port'>,
): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return portTaken(host, port, await nextFreePort(host, port));
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return serverNotListening(host, port, code);
  }
  return error;
}

async function nextFreePort(host: string, port: number): Promise<number | null> {
  for (let candidate = port + 1; candidate <= Math.min(port + 50, 65_535); candidate++) {
    if ((await tryPort(host, candidate)) === null) return candidate;
  }
  return null;
}

/** Why a port cannot be listened to, or null. */
function tryPort(host: string, port: number): Promise<unknown> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
