import type { FastifyInstance, FastifyRequest } from 'fastify';
import { serverBusy, serverClosing, tooManyRequests } from '../errors.ts';
import { contextOf } from '../logging/request-context.ts';
import { isProbe } from '../routes/probes.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Limits } from './server-parts.ts';

export interface Shedding {
  readonly limits: Pick<Limits, 'requestsAtOnce' | 'requestsOfPersonAtOnce'>;
  readonly lifecycle: Lifecycle;
}

/**
 * Refuses requests at the door, with the time after which to come back, when there are too many at once: better than an answer
 * that comes when nobody waits for it any more. The stream of events does not count: it is open as long as its page.
 */
export function shedLoad(app: FastifyInstance, { limits, lifecycle }: Shedding): void {
  const all = new Set<FastifyRequest>();
  const ofPerson = new Map<string, number>();
  const people = new WeakMap<FastifyRequest, string>();
  app.addHook('onRequest', async (request, reply) => {
    if (isProbe(request) || isStream(request)) return;
    if (lifecycle.isClosing) throw serverClosing();
    const { person } = contextOf(request);
    const own = ofPerson.get(person) ?? 0;
    if (all.size >= limits.requestsAtOnce) throw serverBusy(all.size);
    if (own >= limits.requestsOfPersonAtOnce) throw tooManyRequests(RETRY_AFTER_S);
    all.add(request);
    people.set(request, person);
    ofPerson.set(person, own + 1);
    // Also where the client goes away before the answer.
    reply.raw.once('close', () => leave(request));
  });
  app.addHook('onResponse', async (request) => leave(request));
  const leave = (request: FastifyRequest): void => {
    const person = people.get(request);
    if (!all.delete(request) || person === undefined) return;
    const left = (ofPerson.get(person) ?? 1) - 1;
    if (left === 0) ofPerson.delete(person);
    else ofPerson.set(person, left);
  };
}

const RETRY_AFTER_S = 1;

function isStream(request: FastifyRequest): boolean {
  return request.routeOptions.url === '/api/events';
}
