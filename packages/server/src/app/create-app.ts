import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isCalqueError } from '@calque/core';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import staticFiles from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { pathUnknown, requestInvalid, requestTooLarge, tooManyRequests } from '../errors.ts';
import { noteProblem, watchRequests } from '../logging/log-requests.ts';
import { requestIdOf } from '../logging/request-context.ts';
import type { ServerLog } from '../logging/server-log.ts';
import { auditRoutes } from '../routes/audit.ts';
import { datasetRoutes } from '../routes/datasets.ts';
import { documentRoutes } from '../routes/documents.ts';
import { embeddingRoutes } from '../routes/embeddings.ts';
import { registerEvents } from '../routes/events.ts';
import { exchangeRoutes } from '../routes/exchange.ts';
import { imageRoutes } from '../routes/images.ts';
import { registerLoginForm } from '../routes/login-form.ts';
import { maskRoutes } from '../routes/masks.ts';
import { measureRoutes } from '../routes/measures.ts';
import { modelRoutes } from '../routes/models.ts';
import { monitoringRoutes, registerMetrics } from '../routes/monitoring.ts';
import { predictionRoutes } from '../routes/predictions.ts';
import { registerProbes } from '../routes/probes.ts';
import { reportRoutes } from '../routes/reports.ts';
import { sensitivityRoutes } from '../routes/sensitivity.ts';
import { stateRoutes } from '../routes/server-state.ts';
import { sessionRoutes } from '../routes/session.ts';
import { DOCS_POLICY, PAGE_DIRECTIVES } from '../security/content-policy.ts';
import { installGuard } from '../security/guard.ts';
import { storageFault } from '../storage/storage-fault.ts';
import { problemOf } from './problem-of.ts';
import { registerRoutes } from './route-registrar.ts';
import type { ServerParts } from './server-parts.ts';
import { shedLoad } from './shed-load.ts';
import { pageBelow, withoutBasePath } from './site.ts';

export interface AppOptions {
  /** Called with what nobody foresaw: the answer does not say it. Default: nothing. */
  readonly onFault?: (error: unknown, request: { readonly method: string; readonly url: string }) => void;
  /** Called with every route as it is registered. */
  readonly onRoute?: (route: { readonly method: string | string[]; readonly url: string }) => void;
}

/** The HTTP interface over its parts. It does not listen: tests inject requests, `startServer` listens. */
export async function createApp(parts: ServerParts, options: AppOptions = {}): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: parts.limits.bodyBytes,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    requestTimeout: parts.limits.receiveMs,
    // Told as any other problem: see shed-load.ts.
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdOf(headers),
    requestIdHeader: false,
    rewriteUrl: ({ url = '/' }) => withoutBasePath(url, parts.guard.site),
    // A proxy on this machine says whom it asks for; limits hold for each of them.
    trustProxy: parts.guard.site.host === null ? false : 'loopback',
  });
  if (options.onRoute !== undefined) app.addHook('onRoute', options.onRoute);
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  installErrors(app, options, parts.log);
  watchRequests(app, {
    log: parts.log,
    tracing: parts.tracing,
    observer: parts.monitoring.observer,
  });
  await installSecurity(app, parts);
  shedLoad(app, parts);
  await installDocs(app, parts);
  await app.register(multipart, {
    // One file that is too large is refused by itself.
    throwFileSizeLimit: false,
    limits: { fileSize: parts.limits.uploadFileBytes, files: parts.limits.uploadFiles, fields: 10 },
  });
  registerRoutes(app, parts.limits, {
    ...sessionRoutes(parts),
    ...stateRoutes(parts),
    ...modelRoutes(parts),
    ...datasetRoutes(parts),
    ...auditRoutes(parts),
    ...exchangeRoutes(parts),
    ...imageRoutes(parts),
    ...embeddingRoutes(parts),
    ...predictionRoutes(parts),
    ...sensitivityRoutes(parts),
    ...reportRoutes(parts),
    ...maskRoutes(parts),
    ...documentRoutes(parts),
    ...measureRoutes(parts),
    ...monitoringRoutes(parts),
  });
  registerEvents(app, parts);
  registerMetrics(app, parts.monitoring);
  registerProbes(app, parts);
  await installPage(app, parts);
  return app;
}

function installErrors(app: FastifyInstance, { onFault }: AppOptions, log: ServerLog): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    // Who would read the answer has gone.
    if (reply.raw.destroyed) return reply;
    const problem = problemOf(asCalque(error));
    noteProblem(request, problem.code);
    if (problem.status >= 500) {
      log.error({ requestId: request.id, code: problem.code, err: error }, 'a request failed');
      onFault?.(error, { method: request.method, url: request.url });
    }
    if (problem.status === 503 || problem.status === 429) {
      const { retryAfterS = 1 } = problem.details ?? {};
      if (!reply.hasHeader('retry-after')) reply.header('retry-after', String(retryAfterS));
    }
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="calque"');
    return reply
      .code(problem.status)
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify({ ...problem, instance: request.url.split('?', 1)[0] }));
  });
}

/** What the parser of forms says of one that is cut or malformed; it has no code. */
const BROKEN_FORM = /multipart data|malformed part header|unexpected end of form|boundary not found/i;

function asCalque(error: FastifyError): unknown {
  if (isCalqueError(error)) return error;
  if (error.validation !== undefined) {
    const [first] = error.validation;
    const where = first?.instancePath ?? '';
    return requestInvalid(error.validationContext ?? 'content', `${where} ${first?.message ?? ''}`.trim());
  }
  if (storageFault(error) !== null) return error;
  if (BROKEN_FORM.test(error.message)) return requestInvalid('body', error.message);
  if (error.statusCode === 413) return requestTooLarge('the limit of docs/http.md');
  if (error.statusCode === 404) return pathUnknown('', '');
  if (error.statusCode !== undefined && error.statusCode < 500)
    return requestInvalid('content', error.message);
  return error;
}

async function installSecurity(
  app: FastifyInstance,
  { guard, attempts, limits }: ServerParts,
): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: PAGE_DIRECTIVES,
    },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    // The server speaks HTTP, behind a tunnel or on the machine itself.
    strictTransportSecurity: false,
  });
  await app.register(cookie);
  await app.register(rateLimit, {
    max: limits.requestsPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: (_request: FastifyRequest, { ttl }: { ttl: number }) =>
      tooManyRequests(Math.ceil(ttl / 1000)),
  });
  installGuard(app, guard);
  await registerLoginForm(app, { guard, attempts });
}

async function installDocs(app: FastifyInstance, { version, guard }: ServerParts): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Calque',
        version,
        description: 'Interactive segmentation. Errors are RFC 9457 problems.',
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      },
      security: [{ token: [] }],
      ...(guard.site.basePath === '' ? {} : { servers: [{ url: guard.site.basePath }] }),
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: false,
    uiHooks: {
      preHandler: (_request, reply, next) => {
        reply.header('content-security-policy', DOCS_POLICY);
        next();
      },
    },
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

async function installPage(app: FastifyInstance, { pageFolder, guard }: ServerParts): Promise<void> {
  const page = pageFolder === null ? null : await pageIn(pageFolder, guard);
  if (pageFolder !== null) {
    await app.register(staticFiles, {
      root: pageFolder,
      wildcard: false,
      index: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders: (response, path) => {
        // Built names carry a hash of their content.
        const hashed = /[\\/]assets[\\/]/.test(path);
        response.header('cache-control', hashed ? 'private, max-age=31536000, immutable' : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    const { url, method } = request;
    const path = url.split('?', 1)[0] ?? '';
    const isPage = method === 'GET' && !path.startsWith('/api/') && !/\.[a-z0-9]+$/i.test(path);
    // Addresses within the page are the page's own business.
    if (page !== null && isPage)
      return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page);
    throw pathUnknown(method, path);
  });
}

async function pageIn(folder: string, { site }: ServerParts['guard']): Promise<string> {
  return pageBelow(await readFile(join(folder, 'index.html'), 'utf8'), site);
}
