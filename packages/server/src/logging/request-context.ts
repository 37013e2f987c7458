import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../security/caller.ts';
import type { RequestSpan } from '../tracing/tracing.ts';

/** What work is done for, wherever in the server it is done. */
export interface RequestContext {
  readonly requestId: string;
  /** Who asked: whom the log and the audit log name, and among whom the engine takes turns. */
  readonly person: string;
  /** Null where nobody collects traces. */
  readonly span: RequestSpan | null;
}

/** Of the request whose handler runs, also in what that handler began and does not wait for. */
export const requestContext: AsyncLocalStorage<RequestContext> = new AsyncLocalStorage();

/** What a call of the engine says about the request that it is made for; nothing outside of requests. */
export function forRequest(): { readonly requestId?: string; readonly person?: string } {
  const context = requestContext.getStore();
  return context === undefined ? {} : { requestId: context.requestId, person: context.person };
}

/** What may go into a log and back into a header as it is. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that the caller gave, or a new one. */
export function requestIdOf(headers: FastifyRequest['headers']): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/**
 * Who asks, where it has no account. Behind a tunnel everybody comes from one address, so that each page, and each program that gives a name, counts for
 * itself; the others are told apart by their address.
 */
export function personOf({ headers, ip }: Pick<FastifyRequest, 'headers' | 'ip'>): string {
  const page = headers['x-calque-page'];
  return typeof page === 'string' && REQUEST_ID.test(page) ? `page ${page}` : `address ${ip}`;
}

const contexts = new WeakMap<FastifyRequest, RequestContext>();

export function keepSpan(request: FastifyRequest, span: RequestSpan): void {
  contexts.set(request, { ...contextOf(request), span });
}

export function contextOf(request: FastifyRequest): RequestContext {
  const span = contexts.get(request)?.span ?? null;
  return { requestId: request.id, person: callerOf(request)?.name ?? personOf(request), span };
}
