import type { Readable } from 'node:stream';
import {
  type Answer,
  type CallArguments,
  type DeepReadonly,
  type Route,
  type RouteName,
  routes,
} from '@calque/api';
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { type TObject, type TSchema, Type } from 'typebox';
import { timeExceeded } from '../errors.ts';
import { contextOf, requestContext } from '../logging/request-context.ts';
import { callerOf } from '../security/caller.ts';
import { FOREIGN_POLICY } from '../security/content-policy.ts';
import type { Limits } from './server-parts.ts';

/** Bytes as an answer. With an `etag`, who has them already is told so (304). */
export interface Bytes {
  readonly type: string;
  readonly body: Buffer | Uint8Array | Readable | (() => Promise<Buffer | Readable>);
  readonly sizeBytes?: number;
  readonly etag?: string;
  /** The address names this version of the content and no other. */
  readonly immutable?: boolean;
  readonly fileName?: string;
  /**
   * What a browser that opens it may do, as a content security policy; null: what pages may. Default: nothing, since most
   * content is somebody else's.
   */
  readonly policy?: string | null;
}

export interface HandlerContext {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Name of the account that asks; null where there are none, or the access token asks. */
  readonly person: string | null;
  /** Aborted when the client has gone away before the answer. */
  readonly signal: AbortSignal;
}

type HandlerArguments<Name extends RouteName> = Omit<CallArguments<Name>, 'signal'> &
  Partial<Record<'query', object>>;
type HandlerAnswer<Name extends RouteName> =
  Answer<Name> extends ArrayBuffer
    ? Bytes
    : Answer<Name> extends undefined
      ? undefined
      : DeepReadonly<Answer<Name>>;
export type Handler<Name extends RouteName> = (
  args: HandlerArguments<Name>,
  context: HandlerContext,
) => Promise<HandlerAnswer<Name>>;

export type Handlers = { readonly [Name in RouteName]?: Handler<Name> };

/** Which of them have been registered, so that a test can see that none is missing. */
export function registerRoutes(app: FastifyInstance, limits: TimeLimits, handlers: Handlers): void {
  for (const name of Object.keys(handlers) as RouteName[]) {
    registerRoute(app, name, { handler: handlers[name] as LooseHandler, limits });
  }
}

type LooseHandler = (args: Record<string, unknown>, context: HandlerContext) => Promise<unknown>;

type TimeLimits = Pick<Limits, 'answerMs'>;

interface Handling {
  readonly handler: LooseHandler;
  readonly limits: TimeLimits;
}

function registerRoute(app: FastifyInstance, name: RouteName, { handler, limits }: Handling): void {
  const route: Route = routes[name];
  app.route({
    method: route.method,
    url: route.path,
    schema: schemaOf(name, route),
    handler: async (request, reply) => {
      const { params, query, body } = request;
      const person = callerOf(request)?.name ?? null;
      const answer = await requestContext.run(contextOf(request), () =>
        handler({ params, query, body }, { request, reply, person, signal: endOf(reply, limits) }),
      );
      if (route.response === null) return reply.code(204).send();
      return route.response === 'binary' ? sendBytes(request, reply, answer as Bytes) : reply.send(answer);
    },
  });
}

function schemaOf(name: RouteName, route: Route): FastifySchema & { readonly [key: string]: unknown } {
  const { summary, params, query, body, response } = route;
  return {
    operationId: name,
    summary,
    tags: [tagOf(route.path)],
    ...(params === undefined ? {} : { params: closed(params) }),
    // Where a route takes no query, one that is sent is a mistake that should not pass in silence.
    querystring: closed(query ?? Type.Object({})),
    ...(body === undefined ? {} : { body }),
    response: {
      ...(response === null
        ? { 204: Type.Null({ description: 'Done' }) }
        : { 200: response === 'binary' ? Type.String({ format: 'binary' }) : response }),
    },
  };
}

/** Unknown properties are refused, not dropped: a name that is misspelt would do something else in silence. */
function closed(schema: TSchema): TSchema {
  return Type.Object((schema as TObject).properties, { additionalProperties: false });
}

function tagOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && !part.startsWith(':'));
  return parts[3] === undefined ? (parts[2] ?? parts[1] ?? 'server') : (parts[2] ?? 'server');
}

/** When nobody waits for the answer any more, or it takes too long. */
function endOf(reply: FastifyReply, { answerMs }: TimeLimits): AbortSignal {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(timeExceeded(answerMs)), answerMs);
  timer.unref();
  reply.raw.once('close', () => {
    clearTimeout(timer);
    if (!reply.raw.writableFinished) controller.abort(new DOMException('the client has gone', 'AbortError'));
  });
  return controller.signal;
}

async function sendBytes(request: FastifyRequest, reply: FastifyReply, bytes: Bytes): Promise<FastifyReply> {
  const { type, body, etag, sizeBytes, immutable = false, fileName, policy = FOREIGN_POLICY } = bytes;
  if (policy !== null) reply.header('content-security-policy', policy);
  reply.header('cache-control', immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache');
  if (etag !== undefined) {
    reply.header('etag', `"${etag}"`);
    if (request.headers['if-none-match'] === `"${etag}"`) return reply.code(304).send();
  }
  if (sizeBytes !== undefined) reply.header('content-length', sizeBytes);
  if (fileName !== undefined) {
    reply.header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(fileName)}`);
  }
  return reply.type(type).send(typeof body === 'function' ? await body() : body);
}
