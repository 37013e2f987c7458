import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { ServerParts } from '../app/server-parts.ts';
import type { NumberedEvent } from '../events/event-hub.ts';
import { knownCaller } from '../security/guard.ts';

const HEARTBEAT_MS = 15_000;
/** A page that reads so slowly is let go; it comes back and is told what it missed. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
/** A page that comes back within this time has only lost its connection. */
const GONE_AFTER_MS = 20_000;

const QuerySchema = Type.Object(
  { page: Type.Optional(Type.String({ minLength: 1, maxLength: 80, pattern: '^[A-Za-z0-9._-]+$' })) },
  { additionalProperties: false },
);

/** `GET /api/events`: server-sent events. `?page=ID`: what this page wanted to be encoded ends with its connection. */
export function registerEvents(app: FastifyInstance, { events, embeddings, guard }: ServerParts): void {
  const open = new Map<FastifyReply, () => void>();
  const connections = new Map<string, number>();
  app.get<{ Querystring: { page?: string } }>(
    '/api/events',
    {
      schema: {
        operationId: 'events',
        summary: 'Server-sent events',
        tags: ['server'],
        querystring: QuerySchema,
      },
    },
    async (request, reply) => {
      const { page } = request.query;
      reply.hijack();
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      const send = (event: NumberedEvent): void => write(reply, textOf(event));
      for (const event of events.greeting(lastEventId(request.headers['last-event-id']))) send(event);
      const stop = events.listen(send);
      const heartbeat = setInterval(() => {
        // Who has been signed out since, or cannot be looked up, hears nothing more; a page connects again.
        if (isKnown(request, guard)) write(reply, ': here\n\n');
        else reply.raw.end();
      }, HEARTBEAT_MS);
      if (page !== undefined) connections.set(page, (connections.get(page) ?? 0) + 1);
      const end = (): void => {
        stop();
        clearInterval(heartbeat);
        open.delete(reply);
        if (page !== undefined) leave(page);
      };
      open.set(reply, end);
      reply.raw.once('close', end);
    },
  );
  const leave = (page: string): void => {
    connections.set(page, (connections.get(page) ?? 1) - 1);
    const timer = setTimeout(() => {
      if ((connections.get(page) ?? 0) > 0) return;
      connections.delete(page);
      embeddings.releasePage(page);
    }, GONE_AFTER_MS);
    timer.unref();
  };
  app.addHook('preClose', async () => {
    for (const reply of open.keys()) reply.raw.end();
  });
}

function isKnown(request: FastifyRequest, guard: ServerParts['guard']): boolean {
  try {
    return knownCaller(request, guard) !== null;
  } catch (error) {
    request.log.warn({ err: error }, 'a connection ends: who it belongs to cannot be looked up');
    return false;
  }
}

function textOf({ id, event }: NumberedEvent): string {
  return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
}

function write({ raw }: FastifyReply, text: string): void {
  if (raw.writableLength > MAX_UNSENT_BYTES) raw.destroy();
  else if (raw.writable) raw.write(text);
}

function lastEventId(header: string | string[] | undefined): number | null {
  const number = Number(header);
  return typeof header === 'string' && header !== '' && Number.isSafeInteger(number) ? number : null;
}
