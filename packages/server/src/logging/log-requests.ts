import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Observer } from '../observability/observer.ts';
import { isProbe } from '../routes/probes.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { contextOf, keepSpan } from './request-context.ts';
import type { ServerLog } from './server-log.ts';

export interface RequestWatchers {
  readonly log: ServerLog;
  readonly tracing: Tracing | null;
  readonly observer: Observer;
}

/** Codes of the problems that were answered, until the answer is counted. */
const problems = new WeakMap<FastifyRequest, string>();

export function noteProblem(request: FastifyRequest, code: string): void {
  problems.set(request, code);
}

/** Gives every answer the id of its request, and tells who counts, logs or traces what was answered. */
export function watchRequests(app: FastifyInstance, watchers: RequestWatchers): void {
  const { log, tracing, observer } = watchers;
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (tracing === null) return;
    const { method, headers, id } = request;
    keepSpan(request, tracing.begin({ method, route: routeOf(request), requestId: id, headers }));
  });
  app.addHook('onResponse', async (request, reply) => {
    const answer = { status: reply.statusCode, code: problems.get(request) ?? null };
    contextOf(request).span?.end(answer);
    observer.answered({
      method: request.method,
      route: routeOf(request),
      ...answer,
      seconds: reply.elapsedTime / 1000,
    });
    log[isProbe(request) ? 'debug' : levelOf(request, answer.status)](
      { ...lineOf(request, reply), ...answer },
      `${request.method} ${answer.status}`,
    );
  });
  app.addHook('onRequestAbort', async (request) => {
    contextOf(request).span?.end({ status: CLIENT_GONE, code: 'client-gone' });
    const { requestId, person } = contextOf(request);
    log.debug({ requestId, person, route: routeOf(request) }, 'the client has gone before the answer');
  });
}

/** As proxies log it: no such status is ever sent. */
const CLIENT_GONE = 499;

/** Under the route's pattern: the address itself would make a label of every image. */
function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}

/** Reading without trouble is no news; changes are, and refusals the more. */
function levelOf({ method }: FastifyRequest, status: number): 'debug' | 'info' | 'warn' | 'error' {
  if (status >= 500) return 'error';
  if (status >= 400) return 'warn';
  return method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
}

/** The query is left out: it can hold the token. */
function lineOf(request: FastifyRequest, reply: FastifyReply): object {
  const { requestId, person } = contextOf(request);
  return {
    requestId,
    person,
    method: request.method,
    route: routeOf(request),
    path: (request.url.split('?', 1)[0] ?? '').slice(0, 200),
    ms: Math.round(reply.elapsedTime * 10) / 10,
  };
}
